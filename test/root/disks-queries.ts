import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isQuery } from '../../agent/host/queries.ts';
import { loopDisk, run } from '../support/disks/loop-disk.ts';

const lvm = ['--readonly', '--nolocking', '--config', 'devices{hints="none"}', '--reportformat', 'json', '-o'];

/** What is asked of disks, each with the words that make it look and no more. */
const asked: readonly ((disk: string, mount: string) => readonly string[])[] = [
  (disk) => ['sfdisk', '--json', disk],
  (disk) => ['blkid', '-p', '-c', '/dev/null', '-o', 'export', `${disk}p1`],
  (disk) => ['blkid', '-p', '-c', '/dev/null', '-o', 'export', disk],
  (_, mount) => ['xfs_growfs', '-n', mount],
  () => ['lvs', ...lvm, 'vg_name', '--segments'],
  () => ['pvs', ...lvm, 'pv_name'],
];

/** Calls that change what is there, and opens that could. */
const changing =
  /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^\d+ (?:creat|rename|link|symlink|unlink|mkdir|rmdir|chmod|fchmod|chown|fchown|truncate|ftruncate|mknod|utime)\w*\(/;
/** Not places where anything is kept. */
const nowhere = /"\/dev\/(?:null|tty)"|"\/proc\/self\//;

/** The calls of a program that change something. */
function changesBy(argv: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-trace-'));
  const trace = join(folder, 'trace');
  const words = ['-f', '-qq', '-o', trace, '-e', 'trace=%file,fchmod,fchown,ftruncate', ...argv];
  const { error } = spawnSync('strace', words);
  const calls = readFileSync(trace, 'utf8').split('\n');
  rmSync(folder, { recursive: true });
  assert.equal(error, undefined);
  assert.ok(calls.length > 10);
  return calls.filter((call) => changing.test(call) && !nowhere.test(call) && !call.includes(' = -1 '));
}

describe('a query of disks writes nothing', () => {
  for (const words of asked) {
    test(words('DISK', 'MOUNT').join(' '), () => {
      using disk = loopDisk(2 ** 30, 'label: gpt\nstart=1MiB\n');
      run('mkfs.xfs', '-q', '-f', disk.part(1));
      const argv = words(disk.path, disk.mount(1));
      assert.ok(isQuery(argv));
      assert.deepEqual(changesBy(argv), []);
    });
  }

  test('which the same trace sees of one that does', () => {
    using disk = loopDisk(2 ** 30, 'label: gpt\nstart=1MiB\n');
    assert.notDeepEqual(changesBy(['sfdisk', '--no-reread', '--part-label', disk.path, '1', 'x']), []);
  });
});
