import type { Change } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { clearStaleLocks, staleLocks } from './stale-locks.ts';

/** Extends a handler that uses shadow-utils: files that a killed program of them left are a difference as well. */
export const withAccountTools = <C extends Change>(handler: StateHandler<C>): StateHandler<C> => ({
  ...handler,

  async compare(change, host) {
    const gone = await staleLocks(host);
    const found = await handler.compare(change, host);
    if (gone.length === 0 || (typeof found === 'object' && 'holds' in found)) return found;
    if (found === undefined) {
      const left = gone.join(', ');
      return { why: `holds, but a program that was killed left ${left}`, will: `remove stale ${left}`, gone };
    }
    return { ...(typeof found === 'string' ? { why: found } : found), gone };
  },

  async apply(change, host) {
    await clearStaleLocks(host);
    if ((await handler.compare(change, host)) !== undefined) return (await handler.apply(change, host)) ?? undefined;
    return undefined;
  },
});
