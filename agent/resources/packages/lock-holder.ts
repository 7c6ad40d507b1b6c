// Format: /proc/locks and /proc/PID/fdinfo, https://man7.org/linux/man-pages/man5/proc_locks.5.html
import type { ReadHost } from '../../host/host.ts';
import type { Manager } from './managers.ts';

/** A process that holds the lock of a package manager. */
export interface LockHolder {
  readonly path: string;
  readonly pid: string;
  /** The name of its program, of at most 15 characters: "unattended-upgr". */
  readonly name: string;
}

/** The files that package managers lock with fcntl(2) while they work. */
const lockFiles: Readonly<Record<Manager, readonly string[]>> = {
  apt: ['/var/lib/dpkg/lock-frontend', '/var/lib/dpkg/lock', '/var/lib/apt/lists/lock', '/var/cache/apt/archives/lock'],
  dnf: ['/run/dnf/rpmtransaction.lock', '/var/lib/rpm/.rpm.lock', '/usr/lib/sysimage/rpm/.rpm.lock'],
  yum: ['/var/lib/rpm/.rpm.lock'],
};

/** The files in which dnf 4 and yum write the id of the process that works; one that has ended leaves its file behind. */
const pidFiles: Readonly<Record<Manager, readonly string[]>> = {
  apt: [],
  dnf: ['/var/cache/dnf/metadata_lock.pid', '/var/cache/dnf/download_lock.pid', '/var/lib/dnf/rpmdb_lock.pid'],
  yum: ['/run/yum.pid'],
};

/** Returns the process that makes the package manager wait, or undefined. */
export async function lockHolder(manager: Manager, host: ReadHost): Promise<LockHolder | undefined> {
  for (const path of pidFiles[manager]) {
    const pid = (await host.readText(path))?.trim() ?? '';
    const name = /^\d+$/.test(pid) ? await programOf(pid, host) : undefined;
    if (name !== undefined) return { path, pid, name };
  }
  const locks = (await host.readText('/proc/locks')) ?? '';
  const pids = new Set([...locks.matchAll(/^\d+: POSIX +\w+ +WRITE (\d+) /gm)].map(([, pid = '']) => pid));
  for (const pid of pids) {
    const path = await lockedBy(pid, lockFiles[manager], host);
    if (path !== undefined) return { path, pid, name: (await programOf(pid, host)) ?? 'unknown' };
  }
  return undefined;
}

/**
 * Returns the first of these files that the process has locked. A process of a container has a file of the same path and another
 * inode. Device numbers are not compared: overlayfs and btrfs report other ones than the kernel's list of locks.
 */
async function lockedBy(pid: string, paths: readonly string[], host: ReadHost): Promise<string | undefined> {
  try {
    for (const fd of await host.list(`/proc/${pid}/fd`)) {
      const path = (await host.readLink(`/proc/${pid}/fd/${fd}`)) ?? '';
      if (!paths.includes(path)) continue;
      const info = (await host.readText(`/proc/${pid}/fdinfo/${fd}`)) ?? '';
      const [, inode] = /^lock:\s.*\bWRITE \d+ \w+:\w+:(\d+) /m.exec(info) ?? [];
      if (inode !== undefined && Number(inode) === (await host.stat(path))?.inode) return path;
    }
  } catch {
    // The process ended in the meantime, and with it its locks.
  }
  return undefined;
}

const programOf = async (pid: string, host: ReadHost): Promise<string | undefined> =>
  (await host.readText(`/proc/${pid}/comm`))?.trim();
