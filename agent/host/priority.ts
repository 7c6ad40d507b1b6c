import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

const levels = { first: -10, usual: 0, last: 10 } as const;
/** Whether systemd/reuse-agent had us go first, as it does while login waits for us. Whoever gave us something else wants that. */
const wentFirst = process.env.BOOTAGENT_FIRST !== undefined;
let goesFirst = wentFirst;

/** Starts somebody who is to go as is usual, with all that is left of them later. */
export function normalPriority<T>(start: () => T): T {
  if (!goesFirst) return start();
  go('usual');
  try {
    return start();
  } finally {
    go('first');
  }
}

/** From here on nobody waits for us: we go as is usual, or last. */
export function lowerPriority(how: 'usual' | 'last'): void {
  if (!wentFirst) return;
  goesFirst = false;
  // The kernel gives each thread its own.
  for (const thread of readdirSync('/proc/self/task')) go(how, Number(thread));
}

/** Ourselves, or another thread. */
function go(how: keyof typeof levels, thread = 0): void {
  try {
    setPriority(thread, levels[how]);
  } catch {
    // It has ended, or the kernel allows us none: who goes when is not worth a failure.
  }
}
