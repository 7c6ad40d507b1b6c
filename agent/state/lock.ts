import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../problem.ts';

const name = 'run/bootagent/lock';

/** Holds the machine for one run. A boot unit waits for its turn; a person is told at once. */
export async function lock(root: string, wait: 'wait' | 'refuse'): Promise<() => void> {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o755 });
  while (!take(path)) {
    const holder = holderOf(path);
    if (!isAlive(holder)) breakStale(path, holder);
    else if (wait === 'refuse') {
      throw new Problem('locked', `Another run (process ${holder.split(' ')[0]}) is at work on this machine`);
    } else await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return () => rmSync(path, { force: true });
}

function take(path: string): boolean {
  try {
    const fd = openSync(path, 'wx', 0o644);
    writeSync(fd, `${process.pid} ${startOf(process.pid)} ${bootId()}`);
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // released meanwhile
  }
}

/** A number alone may be another process by now: it must have begun when the lock's holder did, in this boot. */
function isAlive(holder: string): boolean {
  const [pid = '', start, boot] = holder.split(' ');
  return boot === bootId() && start === startOf(Number(pid));
}

/** Moved aside first: of several who find it stale, one alone removes it, and none removes a fresh one. */
function breakStale(path: string, holder: string): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    if (holderOf(path) !== holder) return;
    renameSync(path, aside);
    if (holderOf(aside) === holder) rmSync(aside, { force: true });
    else renameSync(aside, path);
  } catch {
    // Somebody else was quicker.
  }
}

function startOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
}

export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
