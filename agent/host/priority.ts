import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

const levels = { first: -10, usual: 0, last: 10 } as const;
/** Whether systemd/reuse-agent raised the priority, as it does before login. It keeps a priority that was set elsewhere. */
const wentFirst = process.env.BOOTAGENT_FIRST !== undefined;
let goesFirst = wentFirst;

/** Starts a process with normal priority, which its child processes inherit. */
export function normalPriority<T>(start: () => T): T {
  if (!goesFirst) return start();
  go('usual');
  try {
    return start();
  } finally {
    go('first');
  }
}

/** Lowers the priority to normal or lowest, once the boot no longer waits for this process. */
export function lowerPriority(how: 'usual' | 'last'): void {
  if (!wentFirst) return;
  goesFirst = false;
  // The kernel has a priority per thread.
  for (const thread of readdirSync('/proc/self/task')) go(how, Number(thread));
}

/** Sets the priority of a thread; 0 is the calling thread. */
function go(how: keyof typeof levels, thread = 0): void {
  try {
    setPriority(thread, levels[how]);
  } catch {
    // The thread has ended, or the kernel refuses the change: a wrong priority is not worth a failure.
  }
}
