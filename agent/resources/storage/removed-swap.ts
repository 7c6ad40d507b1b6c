import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';

/** Removes a swap file, active or not. */
export const removedSwapHandler: StateHandler<ChangeOf<'removed-swap'>> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare({ path }, host) {
    return (await host.stat(path))?.type === 'file' ? { why: 'is there', paths: [path] } : undefined;
  },

  async apply({ path }, host) {
    const swaps = host.offline ? '' : ((await host.readText('/proc/swaps')) ?? '');
    // The kernel holds an active swap file.
    if (swaps.split('\n').some((line) => line.startsWith(`${path} `))) await host.run(['swapoff', path]);
    await host.remove(path);
  },
};
