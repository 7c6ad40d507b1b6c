import assert from 'node:assert/strict';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { deviceOf, mayWrite, syncFileSystems, syncPending } from '../../agent/host/pending-syncs.ts';
import { syncLater, syncProgramsLater, takeUnsynced, takeWrittenRoots } from '../../agent/host/unsynced.ts';

describe('a program may write to the disk', () => {
  for (const [line, may] of [
    ['useradd ann', true],
    ['systemctl enable a.service', true],
    ['systemctl --no-block start a.service', false],
    ['systemctl daemon-reload', false],
    ['/usr/sbin/visudo --check --file /run/x', false],
    ['sshd -t', false],
    ['an-unknown-program', true],
  ] as const) {
    test(`${line}: ${may}`, () => assert.equal(mayWrite(line.split(' ')), may));
  }
});

describe('a change that is not on disk', () => {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-pending-'));
  after(() => rmSync(root, { recursive: true }));

  test('is noted once for each folder, and forgotten when it was flushed', () => {
    syncPending();
    for (const path of [root, `${root}/.`, root]) syncLater(path);
    mkdirSync(join(root, 'other'));
    syncLater(join(root, 'other'));
    syncPending();
    assert.deepEqual(takeUnsynced(), []);
  });

  test('of a program is noted by its root folder', () => {
    syncProgramsLater(root);
    syncProgramsLater(root);
    assert.deepEqual(takeWrittenRoots(), [root]);
    assert.deepEqual(takeWrittenRoots(), []);
  });

  test('keeps few descriptors open, however many folders changed', () => {
    for (let n = 0; n < 200; n++) {
      mkdirSync(join(root, `f${n}`));
      syncLater(join(root, `f${n}`));
    }
    const open = takeUnsynced();
    assert.ok(open.length < 64, `${open.length}`);
    for (const fd of open) closeSync(fd);
  });

  test('is covered by a flush of the file system of its root', () => {
    const fd = openSync(root, 'r');
    assert.deepEqual(syncFileSystems(root), [deviceOf(fd)]);
    closeSync(fd);
  });
});
