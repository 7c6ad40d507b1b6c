import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { ownershipDiffers, ownershipNote } from '../../engine/ownership.ts';
import { statFollowed } from '../../host/real-path.ts';

/** Creates a directory with this mode and owner. A link to a directory counts as that directory: in image mode /mnt is one. */
export const directoryHandler: StateHandler<ChangeOf<'directory'>> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare(change, host) {
    const stat = await statFollowed(change.path, host);
    if (!stat) return { why: 'does not exist', will: 'create' };
    if (stat.type !== 'directory') return 'is not a directory';
    return ownershipDiffers(change, stat, host);
  },

  async apply(change, host) {
    const { path, mode, owner, group } = change;
    await host.makeDirectory(path, { mode, owner, group });
    return ownershipNote(change, host);
  },
};
