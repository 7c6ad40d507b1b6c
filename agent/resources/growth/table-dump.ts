import type { TableEntry } from './layout.ts';

/** Parses the output of `sfdisk --dump`; `odd` is the first partition line that does not parse. */
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
 * A change to the output of `sfdisk --dump`, which is then input for sfdisk. Its option to change one partition (-N)
 * misses a few megabytes of room behind a logical one.
 */
export interface DumpChange {
  /** The node of the partition: "/dev/vda1". */
  readonly node: string;
  readonly sectors: number;
  /** The first sector of a new partition. */
  readonly start?: number;
  readonly type?: string;
}

/** Returns the dump with one partition resized or added. */
export function changedDump(dump: string, { node, sectors, start, type }: DumpChange): string {
  // "last-lba" of the old header is the former end of the disk.
  const lines = dump.split('\n').filter((line) => !line.startsWith('last-lba:'));
  const at = lines.findIndex((line) => line.startsWith(`${node} :`));
  if (at === -1) return `${lines.join('\n').trimEnd()}\n${node} : start=${start}, size=${sectors}, type=${type}\n`;
  return lines.map((line, index) => (index === at ? line.replace(/size=\s*\d+/, `size=${sectors}`) : line)).join('\n');
}

/** Returns the kernel's node of a partition: after a digit comes a "p" (nvme0n1p1). */
export const partitionNode = (disk: string, number: number): string => `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
