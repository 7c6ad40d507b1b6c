import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';
import { counted, countedPaths, several } from './describe-paths.ts';

/** Empties every matching file and keeps its mode, owner and label. Links are not followed. */
export const emptiedHandler: StateHandler<ChangeOf<'emptied'>> = {
  sort: 'state',
  subject: ({ globs }) => several(globs),

  async compare(change, host) {
    const paths = await full(change, host);
    return paths.length > 0
      ? { why: counted(paths, 'has', 'have', 'content'), will: `empty ${countedPaths(paths)}`, paths }
      : undefined;
  },

  async apply(change, host, found) {
    for (const path of found?.paths ?? (await full(change, host))) await host.truncate(path);
  },
};

async function full({ globs, except }: ChangeOf<'emptied'>, host: ReadHost): Promise<string[]> {
  const found: string[] = [];
  for (const path of await matchingPaths(globs, host, except)) {
    const stat = await host.stat(path);
    if (stat?.type === 'file' && stat.size > 0) found.push(path);
  }
  return found;
}
