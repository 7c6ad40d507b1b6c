import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../machine/support/scratch.ts';
import { tree } from '../../machine/support/trees.ts';

/** A tree over Debian's that can be written in, and is forgotten. */
export async function overlay(): Promise<{ readonly root: string } & AsyncDisposable> {
  const scratch = await mkdtemp(join(tmpdir(), 'bootagent-overlay-'));
  const [upper, working, root] = ['upper', 'work', 'root'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [upper, working, root]) await mkdir(folder);
  const lower = await tree('bookworm');
  await run('mount', [
    '-t',
    'overlay',
    '-o',
    `lowerdir=${lower},upperdir=${upper},workdir=${working}`,
    'overlay',
    root,
  ]);
  return {
    root,
    async [Symbol.asyncDispose]() {
      await run('umount', ['--recursive', root]);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
