import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { Problem } from '../base/problem.ts';
import { mountsIn } from './mountinfo.ts';
import { environment } from './processes.ts';
import { syncEach, takeProgramWrote, takeUnsynced } from './unsynced.ts';
import { withContext } from './with-context.ts';

/** Writes to disk what the agent itself changed. Called before a program starts that may change the disk. */
export function syncOwn(): void {
  withContext('Cannot write changes to disk', () => syncEach(takeUnsynced()));
}

/** Writes all changes to disk, also those of programs. Called before a record claims them, and when a command ends. */
export function syncPending(): void {
  const open = takeUnsynced();
  const covered = takeProgramWrote() ? syncFileSystems() : [];
  const left = open.filter((fd) => {
    if (!covered.includes(deviceOf(fd))) return true;
    closeSync(fd);
    return false;
  });
  withContext('Cannot write changes to disk', () => syncEach(left));
}

/** Writes the file systems on local block devices and that of / to disk; returns their device numbers. */
export function syncFileSystems(): readonly string[] {
  const mounts = mountsIn(readFileSync('/proc/self/mountinfo', 'utf8'));
  const visible = mounts.filter(
    ({ target }, index) => mounts.findLastIndex((each) => each.target === target) === index,
  );
  const one = new Map<string, string>();
  for (const { device, source, target, readOnly } of visible)
    if (!one.has(device) && (target === '/' || (source.startsWith('/dev/') && !readOnly))) one.set(device, target);
  // Node has no syncfs(2). Other file systems are left out: a network file system may not answer.
  const { status, stderr } = spawnSync('sync', ['-f', '--', ...one.values()], { encoding: 'utf8', env: environment });
  if (status === 0) return [...one.keys()];
  // sync of another userland has no such option; single files are flushed nevertheless.
  if (status === null || !/error syncing|input\/output/i.test(stderr)) return [];
  throw new Problem('file-failed', `Cannot write changes to disk: ${stderr.trim()}`, {
    hint: 'Look for errors of the disk in the kernel log (journalctl -k), then "bootagent run --retry-failed".',
  });
}

/** Returns the device number of the file system of an open file. */
export function deviceOf(fd: number): string {
  const { dev } = fstatSync(fd);
  // The encoding of the kernel's dev_t: https://man7.org/linux/man-pages/man3/makedev.3.html
  return `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
}

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
