import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ownPaths } from '../base/own-paths.ts';
import { Problem } from '../base/problem.ts';
import { asItStands } from '../host/read-fs.ts';
import { codeOf, resolveSafely } from '../host/resolve-safely.ts';
import { withContext } from '../host/with-context.ts';

const name = ownPaths.lock;

/** In seconds: behind its last unit a boot still looks at the next one, which takes less. */
const patience = 2;

/** Holds the machine for one run. A boot unit waits for its turn; a person is told, and need not know of that look. */
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

/** Whether a run is at work, by a lock whose holder is alive. Changes nothing. */
export function isHeld(root: string): boolean {
  const holder = withContext(`Cannot read ${name}`, () =>
    resolveSafely(name, { root, follow: false }, ({ path }) => holderOf(path)),
  );
  return holder !== undefined && isAlive(holder);
}

/** Where the lock is: no link in a tree leads out of it. */
function at<T>(root: string, use: (path: string) => T): T {
  return withContext(
    `Cannot write ${name}`,
    // With `create` nothing on the way is missing.
    () => resolveSafely(name, { root, follow: false, create: true }, ({ path }) => use(path)) as T,
  );
}

/** By a link, which is there at one stroke and with its holder's name in it: an empty lock would look forsaken. */
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
    if (codeOf(error) === 'ELOOP') return ''; // a link, which nobody alive made
    throw error;
  }
}

/** A number alone may be another process by now: it must have begun when the lock's holder did, in this boot. */
function isAlive(holder: string): boolean {
  const [pid = '', start, boot] = holder.split(' ');
  return boot === bootId() && start === startOf(Number(pid));
}

/**
 * Removes the lock of one who is gone, and never a fresh one: that holder's lock is removed only under a lock of its
 * own, so that it cannot be somebody else's between the look and the removal.
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

/** When a process began, which tells it from a later one of its number. */
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
