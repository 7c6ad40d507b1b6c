import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ownPaths } from '../base/own-paths.ts';
import { Problem } from '../base/problem.ts';
import { asItStands } from '../host/read-fs.ts';
import { codeOf, resolveSafely } from '../host/resolve-safely.ts';
import { withContext } from '../host/with-context.ts';

const name = ownPaths.lock;

/** In seconds. After its last unit, a boot holds the lock for a shorter time to predict the next boot. */
const patience = 2;

/** Takes the lock for one run. Boot units wait for it; interactive callers fail after a 2 s grace period. */
export async function lock(root: string, wait: 'wait' | 'refuse'): Promise<() => void> {
  const began = process.uptime();
  while (!at(root, take)) {
    const holder = at(root, holderOf);
    if (holder === undefined) continue; // released meanwhile
    if (!isAlive(holder)) at(root, (path) => breakStale(path, holder));
    else if (wait === 'refuse' && process.uptime() - began > patience) {
      throw new Problem('locked', `Another run (process ${holder.split(' ')[0]}) is at work on this machine`);
    } else await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return () => at(root, (path) => rmSync(path, { force: true }));
}

/** Whether a run is in progress, that is, the holder of the lock is alive. Changes nothing. */
export function isHeld(root: string): boolean {
  const holder = withContext(`Cannot read ${name}`, () =>
    resolveSafely(name, { root, follow: false }, ({ path }) => holderOf(path)),
  );
  return holder !== undefined && isAlive(holder);
}

/** Calls `use` with the path of the lock. Links inside `root` cannot lead out of it. */
function at<T>(root: string, use: (path: string) => T): T {
  return withContext(
    `Cannot write ${name}`,
    // With `create`, all parent directories exist, so the result is never undefined.
    () => resolveSafely(name, { root, follow: false, create: true }, ({ path }) => use(path)) as T,
  );
}

/** Creates the lock as a hard link, so that it appears atomically with its content: an empty lock would look stale. */
function take(path: string): boolean {
  const own = `${path}.${process.pid}`;
  rmSync(own, { force: true });
  writeFileSync(own, `${process.pid} ${startOf(process.pid)} ${bootId()}`, { flag: 'wx', mode: 0o644 });
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function holderOf(path: string): string | undefined {
  try {
    return readFileSync(path, { encoding: 'utf8', flag: asItStands });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'ELOOP') return ''; // a symbolic link, which no run creates
    throw error;
  }
}

/** Whether the holder is alive. The process ID may be reused, so the start time and the boot ID must match too. */
function isAlive(holder: string): boolean {
  const [pid = '', start, boot] = holder.split(' ');
  return boot === bootId() && start === startOf(Number(pid));
}

/**
 * Removes a stale lock, but never a new one: the removal is guarded by a second lock, so that another process cannot replace
 * the stale lock between the check and the removal.
 */
function breakStale(path: string, holder: string): void {
  const guard = `${path}-${holder.replaceAll(/[^\w-]/g, '-').slice(0, 80)}`;
  if (!take(guard)) {
    const breaker = holderOf(guard);
    if (breaker !== undefined && !isAlive(breaker)) breakStale(guard, breaker);
    return;
  }
  if (holderOf(path) === holder) rmSync(path, { force: true });
  rmSync(guard, { force: true });
}

/** Returns the start time of a process (field 22 of /proc/PID/stat), which distinguishes it from a later one with its ID. */
export function startOf(pid: number): string {
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
