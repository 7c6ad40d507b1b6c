import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** What systemd/one-agent gives us while login waits for us: we go before whatever else starts meanwhile. */
const first = -10;
const usual = 0;
const last = 10;
const threads = '/proc/self/task';

/** Starts somebody who is to go as is usual, whatever we are given, with all that is left of them later. */
export function asUsual<T>(start: () => T): T {
  if (getPriority() !== first) return start();
  go(usual);
  try {
    return start();
  } finally {
    go(first);
  }
}

/** From here on nobody waits for us: we go as is usual, or last. Whoever gave us something else wants that. */
export function standBack(how: 'usual' | 'last'): void {
  if (![first, usual].includes(getPriority())) return;
  // The kernel gives each thread its own.
  for (const thread of readdirSync(threads)) go(how === 'last' ? last : usual, Number(thread));
}

/** Ourselves, or another thread, which may have ended: none of this is worth a failure. */
function go(priority: number, thread = 0): void {
  try {
    setPriority(thread, priority);
  } catch {}
}
