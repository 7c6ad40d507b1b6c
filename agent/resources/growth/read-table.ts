import { Problem } from '../../base/problem.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Table, Unread } from './layout.ts';
import { parseDump } from './table-dump.ts';

/** Reads the partition table of a disk, or returns why it cannot. */
export async function readTable(disk: string, host: ReadHost): Promise<Table | Unread> {
  const { code, stdout, stderr } = await host.query(['sfdisk', '--dump', disk]);
  if (code !== 0) {
    const words = lastOutputLine(stderr);
    if (!host.privileged)
      throw new Problem('needs-root', `Cannot read ${disk}: ${words}`, { cause: { code: 'EACCES' } });
    return { unread: words };
  }
  const { label, sectorBytes, entries, odd } = parseDump(stdout);
  if (odd !== undefined) return { unread: `sfdisk says "${odd}"` };
  // Older versions of sfdisk do not print the sector size.
  return { label, sectorBytes: sectorBytes ?? (await sectorBytesOf(disk, host)), entries, dump: stdout };
}

export async function sectorBytesOf(disk: string, host: ReadHost): Promise<number> {
  const name = disk.slice('/dev/'.length).replaceAll('/', '!');
  return Number((await host.readText(`/sys/class/block/${name}/queue/logical_block_size`)) ?? 512);
}

export const lastOutputLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
