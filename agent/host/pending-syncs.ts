import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, readFileSync, statSync } from 'node:fs';
import { mountsIn } from './mountinfo.ts';
import { environment } from './processes.ts';
import { deviceNumber } from './read-fs.ts';
import { syncEach, takeUnsynced, takeWrittenRoots } from './unsynced.ts';
import { withContext } from './with-context.ts';

/** Writes to disk what the agent itself changed. Called before a program starts that may change the disk. */
export function syncOwn(): void {
  withContext('Cannot write changes to disk', () => syncEach(takeUnsynced()));
}

/** Writes all changes to disk, also those of programs. Called before a record claims them, and when a command ends. */
export function syncPending(): void {
  const open = takeUnsynced();
  const covered = takeWrittenRoots().flatMap(syncFileSystems);
  const left = open.filter((fd) => {
    if (!covered.includes(deviceOf(fd))) return true;
    closeSync(fd);
    return false;
  });
  withContext('Cannot write changes to disk', () => syncEach(left));
}

/**
 * Writes the file systems of a root folder to disk, by one `sync -f` since Node has no syncfs(2). Returns the device numbers of
 * those that are on disk; the caller flushes its files on the others one by one, and reports their errors.
 */
export function syncFileSystems(root: string): readonly string[] {
  const targets = fileSystemsOf(root);
  // Fails where sync has no such option, and where a disk has errors.
  if (targets.size === 0) return [];
  const { status } = spawnSync('sync', ['-f', '--', ...targets.values()], { stdio: 'ignore', env: environment });
  return status === 0 ? [...targets.keys()] : [];
}

/** Returns a mount point of each file system to write, by device number; none where they cannot be listed, as without /proc. */
function fileSystemsOf(root: string): ReadonlyMap<string, string> {
  try {
    return root === '/' ? systemFolders() : new Map([[deviceNumber(statSync(root).dev), root]]);
  } catch {
    return new Map();
  }
}

/** The folders of the system and of its users. Others may be on disks or servers that do not answer. */
const written = /^\/(?:(?:boot|etc|home|opt|root|srv|usr|var)(?:\/|$)|$)/;

/** Returns a mount point of each local file system that holds one of these folders, by device number. */
function systemFolders(): ReadonlyMap<string, string> {
  const mounts = mountsIn(readFileSync('/proc/self/mountinfo', 'utf8'));
  const targets = new Map<string, string>();
  for (const [index, { device, source, target, readOnly }] of mounts.entries()) {
    const isHidden = mounts.findLastIndex((each) => each.target === target) !== index;
    const isLocal = target === '/' || (source.startsWith('/dev/') && !readOnly);
    if (isLocal && !isHidden && written.test(target) && !targets.has(device)) targets.set(device, target);
  }
  return targets;
}

/** Returns the device number of the file system of an open file. */
export const deviceOf = (fd: number): string => deviceNumber(fstatSync(fd).dev);

/** Programs that change nothing on a disk, or nothing that a record relies on: new host keys are copied and flushed. */
const diskless = new Set(
  'cksum findmnt hostname mount needs-restarting partx setenforce ssh-keygen sshd swapoff swapon systemd-run udevadm visudo'.split(
    ' ',
  ),
);
/** The verbs of systemctl that change links on disk; the others change the running system. */
const lasting = new Set(['enable', 'disable', 'mask', 'unmask', 'preset', 'reenable', 'set-default']);

/** Returns whether a program may change files on disk. */
export function mayWrite([program = '', ...args]: readonly string[]): boolean {
  const name = program.slice(program.lastIndexOf('/') + 1);
  return name === 'systemctl' ? args.some((arg) => lasting.has(arg)) : !diskless.has(name);
}
