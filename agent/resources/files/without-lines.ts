import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';
import { counted, countedPaths, several } from './describe-paths.ts';

/** Removes matching lines from every matching file; other lines stay unchanged byte for byte. */
export const withoutLinesHandler: StateHandler<ChangeOf<'without-lines'>, readonly EditedFile[]> = {
  sort: 'state',
  subject: ({ globs, lines }) => `${lines} in ${several(globs)}`,

  async compare(change, host) {
    const files = await editedFiles(change, host);
    const paths = files.map(({ path }) => path);
    const [only, another] = files;
    if (!only) return undefined;
    const will = `remove the lines from ${countedPaths(paths)}`;
    const why = counted(paths, 'has', 'have', 'such lines');
    return { why, will, paths, observed: files, ...(another ? {} : { file: only }) };
  },

  async apply(change, host, found) {
    for (const { path, after } of found?.observed ?? (await editedFiles(change, host)))
      await host.writeFile(path, after);
  },
};

interface EditedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

async function editedFiles({ globs, lines, except }: ChangeOf<'without-lines'>, host: ReadHost): Promise<EditedFile[]> {
  const pattern = new RegExp(`^(?:${lines}).*\\n?`, 'gm');
  const files: EditedFile[] = [];
  for (const path of await matchingPaths(globs, host, except)) {
    if ((await host.stat(path))?.type !== 'file') continue;
    const before = (await host.readText(path)) ?? '';
    const after = before.replace(pattern, '');
    if (after !== before) files.push({ path, before, after });
  }
  return files;
}
