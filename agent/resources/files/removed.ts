import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { toRemove } from '../../host/removable-paths.ts';
import { counted, countedPaths, several } from './describe-paths.ts';

/**
 * Removes every matching path; a pattern that ends in a slash does not match empty directories.
 * A link is removed and never followed; file systems mounted below stay.
 */
export const removedHandler: StateHandler<ChangeOf<'removed'>> = {
  sort: 'state',
  subject: ({ globs }) => several(globs),

  async compare(change, host) {
    const paths = await toRemove(change, host);
    return paths.length > 0
      ? { why: counted(paths, 'is', 'are', 'there'), will: `remove ${countedPaths(paths)}`, paths }
      : undefined;
  },

  async apply(change, host, found) {
    for (const path of found?.paths ?? (await toRemove(change, host))) await host.remove(path);
  },
};
