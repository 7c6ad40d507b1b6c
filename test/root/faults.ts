import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { agent, bootagent } from '../support/command-line.ts';
import { traced } from '../support/tracing.ts';

const userData = `#cloud-config
write_files:
- {path: /data/large, content: "${'x'.repeat(200_000)}"}
- {path: /other/small, content: "new"}
`;
const run = (root: string) => ['run', '--root', root, '--user-data', '-', '--only', 'write_files'];

/** Returns a tree with a small file system mounted at /data with these options. */
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
    assert.match(
      out,
      /x write_files +failed: user-data:3:3: write_files\[0\]: Cannot write \/data\/large: the disk is full\n/,
    );
    assert.equal(readFileSync(join(tree.root, 'data/large'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(join(tree.root, 'data')), ['large']);
    assert.equal(readFileSync(join(tree.root, 'other/small'), 'utf8'), 'new');
    const status = await bootagent(['status', '--root', tree.root]);
    assert.equal(status.code, 1);
    assert.match(
      status.out,
      /x write_files: failed: user-data:3:3: write_files\[0\]: Cannot write \/data\/large: the disk is full/,
    );
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

  test('a full /run costs a unit its lock and nothing else, and a person gets the reason', async () => {
    using tree = treeWith('size=16k,nr_inodes=4');
    mkdirSync(join(tree.root, 'run'));
    mount(['--move', join(tree.root, 'data'), join(tree.root, 'run')]);
    try {
      for (const name of ['a', 'b'])
        spawnSync('dd', ['if=/dev/zero', `of=${join(tree.root, 'run', name)}`, 'bs=16k', 'count=1']);
      const person = await bootagent(run(tree.root), { input: userData });
      assert.equal(person.code, 1);
      assert.match(person.err, /^bootagent: Cannot write \/run\/bootagent\/lock: the disk is full\n/);
      const unit = { INVOCATION_ID: 'x', BOOTAGENT_UNIT: '1' };
      const { out } = await bootagent(run(tree.root), { input: userData, env: unit });
      assert.match(out, /Cannot write \/run\/bootagent\/lock: the disk is full; this boot goes on without its lock/);
      assert.equal(readFileSync(join(tree.root, 'other/small'), 'utf8'), 'new');
    } finally {
      spawnSync('umount', [join(tree.root, 'run')]);
    }
  });

  for (const call of ['fsync', 'rename', 'fchmod', 'write', 'mkdir']) {
    for (const error of ['EIO', 'ENOSPC', 'EMFILE']) {
      test(`${error} at every ${call} ends no run in a crash, and harms no file`, () => {
        const root = mkdtempSync(join(tmpdir(), 'bootagent-fault-'));
        mkdirSync(join(root, 'data'));
        writeFileSync(join(root, 'data/large'), 'old');
        // The agent's own output uses the same call on descriptors 1 and 2, so the fault starts at the 40th write.
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

/** Runs the agent in a tree with this script in place of `useradd`, and with a file that is written after it. */
function withUseradd(text: string): { status: number | null; out: string; written: boolean; users: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-fault-'));
  const [programs, root] = [join(folder, 'programs'), join(folder, 'root')];
  mkdirSync(programs);
  cpSync(join(import.meta.dirname, '../../examples/seed-tree'), root, { recursive: true });
  writeFileSync(join(programs, 'useradd'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const enter = 'mount --bind "$0" /usr/local/sbin && exec "$@"';
  const words = ['run', '--root', root, '--user-data', '-', '--only', 'users,write_files_deferred'];
  const input = `#cloud-config
users: [{name: ann}]
write_files: [{path: /etc/after, content: x, defer: true}]
`;
  const argv = ['--mount', 'sh', '-c', enter, programs, ...agent, ...words];
  const { status, stdout, stderr } = spawnSync('unshare', argv, { input, encoding: 'utf8', timeout: 240_000 });
  const users = readFileSync(join(root, 'etc/passwd'), 'utf8');
  const written = readdirSync(join(root, 'etc')).includes('after');
  rmSync(folder, { recursive: true });
  return { status, out: stdout + stderr, written, users };
}

describe('a program that does not do as it should', { skip: unable('unshare', 'mount'), timeout: 300_000 }, () => {
  const before = readFileSync(join(import.meta.dirname, '../../examples/seed-tree/etc/passwd'), 'utf8');
  for (const [claim, text, said] of [
    [
      'prints 1 GB',
      'head -c 1000000000 /dev/zero; exit 3',
      /x users +failed: user-data:\S+ \S+ useradd .* ended with 3/,
    ],
    ['dies by a signal', 'kill -SEGV $$', /x users +failed: user-data:\S+ \S+ useradd .* ended with 139: SIGSEGV/],
    [
      'says that all is well',
      'exit 0',
      /x users +failed: user-data:\S+ \S+ user ann was applied, but it still does not exist/,
    ],
    ['cannot be started', 'not a line', /x users +failed: user-data:\S+ \S+ useradd .* ended with 127/],
  ] as const) {
    test(`and ${claim} costs its own change, and no later module`, () => {
      const { status, out, written, users } = withUseradd(text);
      assert.equal(status, 1, out.slice(0, 2000));
      assert.match(out, said);
      assert.ok(out.length < 5000, `${out.length} characters`);
      assert.deepEqual([written, users], [true, before]);
    });
  }
});
