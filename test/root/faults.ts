import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { bootagent } from '../support/command-line.ts';
import { traced } from '../support/tracing.ts';

const userData = `#cloud-config
write_files:
- {path: /data/large, content: "${'x'.repeat(200_000)}"}
- {path: /other/small, content: "new"}
`;
const run = (root: string) => ['run', '--root', root, '--user-data', '-', '--only', 'write_files'];

/** A tree with a small file system of its own at /data, mounted with these options. */
function treeWith(options: string): { root: string; [Symbol.dispose](): void } {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-fault-'));
  mkdirSync(join(root, 'data'));
  mount(['-t', 'tmpfs', '-o', options, 'tmpfs', join(root, 'data')]);
  writeFileSync(join(root, 'data/large'), 'old');
  return {
    root,
    [Symbol.dispose]() {
      spawnSync('umount', [join(root, 'data')]);
      rmSync(root, { recursive: true });
    },
  };
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

describe('what the disk refuses', { skip: unable('strace', 'mount'), timeout: 300_000 }, () => {
  test('a full one leaves the old file, is told, and costs no neighbour', async () => {
    using tree = treeWith('size=64k');
    const { code, out } = await bootagent(run(tree.root), { input: userData });
    assert.equal(code, 1);
    assert.match(out, /x write_files +Cannot write \/data\/large: the disk is full\n/);
    assert.equal(readFileSync(join(tree.root, 'data/large'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(join(tree.root, 'data')), ['large']);
    assert.equal(readFileSync(join(tree.root, 'other/small'), 'utf8'), 'new');
    const status = await bootagent(['status', '--root', tree.root]);
    assert.equal(status.code, 1);
    assert.match(status.out, /! write_files: Cannot write \/data\/large: the disk is full/);
  });

  test('a read-only one is told as that', async () => {
    using tree = treeWith('size=1m');
    mount(['-o', 'remount,ro', join(tree.root, 'data')]);
    const { code, out } = await bootagent(run(tree.root), { input: userData });
    assert.equal(code, 1);
    assert.match(out, /Cannot write \/data\/large: the file system is read-only\n/);
    assert.equal(readFileSync(join(tree.root, 'other/small'), 'utf8'), 'new');
  });

  test('one that is read-only all over is told at once, in words', async () => {
    using tree = treeWith('size=1m');
    mount(['-o', 'remount,ro', join(tree.root, 'data')]);
    const { code, err } = await bootagent(run(join(tree.root, 'data')), { input: userData });
    assert.equal(code, 1);
    assert.match(err, /^bootagent: Cannot write \/run\/bootagent\/lock: the file system is read-only\n/);
    assert.ok(!err.includes(' at '), err);
  });

  for (const call of ['fsync', 'rename', 'fchmod', 'write', 'mkdir']) {
    for (const error of ['EIO', 'ENOSPC', 'EMFILE']) {
      test(`${error} at every ${call} ends no run in a crash, and harms no file`, () => {
        const root = mkdtempSync(join(tmpdir(), 'bootagent-fault-'));
        mkdirSync(join(root, 'data'));
        writeFileSync(join(root, 'data/large'), 'old');
        // Its own words go to descriptors 1 and 2 by the same call: from the third on it fails.
        const when = call === 'write' ? ':when=40+' : '';
        const { status, out, err } = traced(run(root), ['-e', `inject=${call}:error=${error}${when}`], userData);
        assert.ok(status === 1 || call === 'write', `${status} ${out} ${err}`);
        assert.ok(!/at .*\.ts:\d+/.test(err), err);
        const content = readFileSync(join(root, 'data/large'), 'utf8');
        assert.ok(content === 'old' || content.length === 200_000);
        rmSync(root, { recursive: true });
      });
    }
  }
});
