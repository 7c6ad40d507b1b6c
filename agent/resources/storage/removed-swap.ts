import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { usedBytes } from './swap-file.ts';

/** Removes a swap file, active or not. */
export const removedSwapHandler: StateHandler<ChangeOf<'removed-swap'>> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare({ path }, host) {
    return (await host.stat(path))?.type === 'file' ? { why: 'is there', paths: [path] } : undefined;
  },

  async apply({ path }, host) {
    // The kernel holds an active swap file.
    if (!host.offline && (await usedBytes(path, host)) !== undefined) await host.run(['swapoff', path]);
    await host.remove(path);
  },
};
