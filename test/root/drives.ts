import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { drivesLabelled } from '../../agent/block/drives.ts';
import { linux } from '../../agent/host/linux.ts';
import { describe } from '../support/metadata/description.ts';
import { fatImage, isoImage, missingTools } from '../support/metadata/images.ts';
import { nocloudFiles, wakameFiles } from '../support/metadata/trees.ts';

const noLoops = spawnSync('losetup', ['-f']).status === 0 ? undefined : 'there are no loop devices';
const skip = (process.getuid?.() === 0 ? undefined : 'needs root') ?? missingTools ?? noLoops ?? false;
const me = describe();

for (const [label, image, file, content] of [
  ['CIDATA', () => isoImage(nocloudFiles(me), 'cidata', '-R', '-J'), 'user-data', me.userData],
  [
    'METADATA',
    () => fatImage(wakameFiles(me), 'METADATA', { bits: 32, partitionAt: 63 }),
    'meta-data/instance-id',
    `${me.id}\n`,
  ],
] as const) {
  test(`a device labelled ${label} is read as it is, and nothing is mounted`, { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootagent-drive-'));
    const path = join(folder, 'image');
    writeFileSync(path, image());
    const device = String(execFileSync('losetup', ['--read-only', '--show', '-f', path])).trim();
    try {
      const found = await drivesLabelled(linux({ root: '/', offline: false }), label);
      const drive = found.find((each) => each.path === device);
      assert.ok(drive);
      assert.deepEqual(await drive.volume.read(file), new TextEncoder().encode(content));
      assert.equal(spawnSync('findmnt', ['--source', device]).status, 1);
    } finally {
      execFileSync('losetup', ['-d', device]);
      rmSync(folder, { recursive: true });
    }
  });
}
