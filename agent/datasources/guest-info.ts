import type { ReadHost } from '../host/host.ts';
import type { Query } from '../host/queries.ts';

export type GuestInfoKey = 'metadata' | 'userdata' | 'vendordata';

/** The programs of VMware's tools that read a variable, in the order in which they are tried. */
const tools = [
  { path: '/usr/bin/vmware-rpctool', argv: ['vmware-rpctool'] },
  { path: '/usr/bin/vmtoolsd', argv: ['vmtoolsd', '--cmd'] },
] as const;

/** The hypervisor answers at once; without one, a tool may wait. */
const timeoutMs = 5_000;

/** Returns a guestinfo variable; undefined if it is not set, or if no tool is installed. */
export async function guestInfo(
  host: ReadHost,
  key: GuestInfoKey | `${GuestInfoKey}.encoding` | 'ovfEnv',
): Promise<string | undefined> {
  for (const { path, argv } of tools) {
    if (!(await host.stat(path))) continue;
    // The table of queries lists each variable.
    const query = [...argv, `info-get guestinfo.${key}`] as unknown as Query;
    const { code, stdout } = await host.query(query, { timeoutMs });
    if (code === 0) return stdout.trim() || undefined;
  }
  return undefined;
}
