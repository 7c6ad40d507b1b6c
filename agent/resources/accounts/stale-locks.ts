import type { Host, ReadHost } from '../../host/host.ts';

/** A lock on a table, the file it was made from, and a table that was not finished. */
const leftover = /^(?:passwd|shadow|group|gshadow|subuid|subgid)(?:\.lock|\.(\d+)|\+)$/;

/**
 * What one of shadow-utils left in /etc when it was killed. It would refuse the next one for ever: an empty lock is
 * never broken, and the number in one from before a power loss is soon that of another process.
 */
export async function staleLocks(host: ReadHost): Promise<readonly string[]> {
  const paths = (await host.list('/etc')).filter((name) => leftover.test(name)).map((name) => `/etc/${name}`);
  if (paths.length === 0) return [];
  // Who holds one of these files holds /etc/.pwd.lock as well, and the kernel lists that. In a tree nobody else works.
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
