import type { Host, ReadHost } from '../../host/host.ts';

/** Matches a lock on a table, the file that the lock was made from, and an unfinished table. */
const leftover = /^(?:passwd|shadow|group|gshadow|subuid|subgid)(?:\.lock|\.(\d+)|\+)$/;

/**
 * Returns the files that a killed program of shadow-utils left in /etc. They would block the next one forever: an empty
 * lock is never broken, and the pid in one from before a power loss soon belongs to another process.
 */
export async function staleLocks(host: ReadHost): Promise<readonly string[]> {
  const paths = (await host.list('/etc')).filter((name) => leftover.test(name)).map((name) => `/etc/${name}`);
  if (paths.length === 0) return [];
  // A process with such a lock also holds /etc/.pwd.lock, which the kernel lists. In an image no other process runs.
  const holders = new Set((await host.readText('/proc/locks'))?.match(/(?<=POSIX +ADVISORY +WRITE +)\d+/g));
  for (const path of paths) {
    const inside = path.endsWith('.lock') ? ((await host.readText(path)) ?? '') : path;
    const [pid = ''] = /\d+/.exec(inside) ?? [];
    if (holders.has(pid)) return [];
  }
  return paths;
}

export async function clearStaleLocks(host: Host): Promise<void> {
  for (const path of await staleLocks(host)) await host.remove(path);
}
