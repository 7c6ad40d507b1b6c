import type { TableEntry } from './layout.ts';

/** What `sfdisk --dump` prints, read; `odd` is the first line of a partition that is not as they are. */
export function parseDump(dump: string) {
  const [head = '', ...blocks] = dump.split('\n\n');
  const said = (name: string) => new RegExp(`^${name}: (.*)`, 'm').exec(head)?.[1];
  const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => line !== '');
  const entries = lines.map((line) => entryOf(line));
  const sectorBytes = said('sector-size');
  return {
    label: said('label') ?? '',
    sectorBytes: sectorBytes === undefined ? undefined : Number(sectorBytes),
    entries: entries.filter((each) => each !== undefined),
    odd: lines.find((_, index) => !entries[index]),
  };
}

function entryOf(line: string): TableEntry | undefined {
  const [, number, start, sectors, type] = /^\S*?(\d+) : start= *(\d+), size= *(\d+), type=([^,]*)/.exec(line) ?? [];
  if (type === undefined) return undefined;
  return { number: Number(number), start: Number(start), sectors: Number(sectors), type };
}

/**
 * What `sfdisk --dump` prints, changed: to be handed back to sfdisk. Its own way of changing one partition (-N)
 * does not see room of less than some megabytes behind a logical one.
 */
export interface DumpChange {
  /** The node of the partition: "/dev/vda1". */
  readonly node: string;
  readonly sectors: number;
  /** Of a new one. */
  readonly start?: number;
  readonly type?: string;
}

/** The dump with one partition of another size, or one more. */
export function changedDump(dump: string, { node, sectors, start, type }: DumpChange): string {
  // The last block that the old header allows is the end of the disk as it was.
  const lines = dump.split('\n').filter((line) => !line.startsWith('last-lba:'));
  const at = lines.findIndex((line) => line.startsWith(`${node} :`));
  if (at === -1) return `${lines.join('\n').trimEnd()}\n${node} : start=${start}, size=${sectors}, type=${type}\n`;
  return lines.map((line, index) => (index === at ? line.replace(/size=\s*\d+/, `size=${sectors}`) : line)).join('\n');
}

/** How the kernel calls a partition: a disk whose name ends in a digit has a "p" between. */
export const partitionNode = (disk: string, number: number): string => `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
