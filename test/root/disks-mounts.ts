import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../support/disks/mount-story.ts', import.meta.url));

test('an empty disk gets its file system, its mount and a swap file on it in one run; another leaves it all', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-etc-'));
  // In a private mount namespace, in which /etc is writable without an effect outside.
  const within = [
    `mount -t tmpfs tmpfs ${folder}`,
    `mkdir ${folder}/upper ${folder}/work`,
    `mount -t overlay -o lowerdir=/etc,upperdir=${folder}/upper,workdir=${folder}/work overlay /etc`,
    `exec "$@"`,
  ].join(' && ');
  const argv = ['--mount', '--propagation', 'private', 'sh', '-c', within, 'sh', process.execPath, script];
  const { status, stderr, stdout } = spawnSync('unshare', argv, { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /^all is as told$/m);
});
