import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './scratch.ts';

/** A writable overlay over a read-only tree; disposing removes it. */
export interface Overlay extends AsyncDisposable {
  readonly root: string;
  /** A directory beside the tree, removed with it. */
  readonly folder: string;
}

export async function overlay(lower: string): Promise<Overlay> {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-overlay-'));
  for (const name of ['upper', 'work', 'root']) await mkdir(join(folder, name));
  const root = join(folder, 'root');
  const where = `lowerdir=${lower},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
  await run('mount', ['-t', 'overlay', '-o', where, 'overlay', root]);
  return {
    root,
    folder,
    async [Symbol.asyncDispose]() {
      await run('umount', ['--recursive', root]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
