import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../machine/support/scratch.ts';

/** Mounts the file system in the first partition of a disk whose machine is off, and calls `work` with it. */
export async function opened(disk: string, work: (root: string) => Promise<void>): Promise<void> {
  const table = JSON.parse(await run('sfdisk', ['--json', disk]));
  const { start } = table.partitiontable.partitions[0];
  const root = await mkdtemp(join(tmpdir(), 'bootagent-opened-'));
  await run('mount', ['-o', `loop,offset=${start * table.partitiontable.sectorsize}`, disk, root]);
  try {
    await work(root);
  } finally {
    await run('umount', [root]);
    await rmdir(root);
  }
}
