import type { ReadHost } from '../host/host.ts';
import { Problem } from '../problem.ts';
import type { Table, Unread } from './layout.ts';

/** The partition table of a disk, or why there is none to be read. */
export async function readTable(disk: string, host: ReadHost): Promise<Table | Unread> {
  const { code, stdout, stderr } = await host.query(['sfdisk', '--json', disk]);
  if (code !== 0) {
    const words = lastLine(stderr);
    if (!host.privileged)
      throw new Problem('needs-root', `Cannot read ${disk}: ${words}`, { cause: { code: 'EACCES' } });
    return { unread: words };
  }
  const { partitiontable: table } = JSON.parse(stdout) as { partitiontable: Written };
  return {
    label: table.label,
    // Older versions of sfdisk do not tell the size of a sector.
    sectorBytes: table.sectorsize ?? (await sectorBytesOf(disk, host)),
    entries: (table.partitions ?? []).map(({ node, start, size, type }) => ({
      number: Number(/\d+$/.exec(node)?.[0]),
      start,
      sectors: size,
      type,
    })),
  };
}

/** What `sfdisk --json` prints. */
interface Written {
  readonly label: string;
  readonly sectorsize?: number;
  readonly partitions?: readonly {
    readonly node: string;
    readonly start: number;
    readonly size: number;
    readonly type: string;
  }[];
}

export async function sectorBytesOf(disk: string, host: ReadHost): Promise<number> {
  const name = disk.slice('/dev/'.length).replaceAll('/', '!');
  return Number((await host.readText(`/sys/class/block/${name}/queue/logical_block_size`)) ?? 512);
}

export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
