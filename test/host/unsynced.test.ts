import assert from 'node:assert/strict';
import fs, { fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { syncEach } from '../../agent/host/unsynced.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-unsynced-'));
after(() => rmSync(folder, { recursive: true }));

test('a flush that fails does not keep others from theirs, and is thrown afterwards', () => {
  const open = ['a', 'b', 'c'].map((name) => {
    writeFileSync(join(folder, name), 'x');
    return openSync(join(folder, name), 'r');
  });
  const { fsyncSync } = fs;
  const flushed = mock.method(fs, 'fsyncSync', (fd: number) => {
    if (fd === open[0]) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    fsyncSync(fd);
  });
  syncBuiltinESMExports();
  try {
    assert.throws(() => syncEach(open), { code: 'EIO' });
    assert.deepEqual(
      flushed.mock.calls.map(({ arguments: [fd] }) => fd),
      open,
    );
  } finally {
    flushed.mock.restore();
    syncBuiltinESMExports();
  }
  for (const fd of open) assert.throws(() => fstatSync(fd), { code: 'EBADF' });
});
