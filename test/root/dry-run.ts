import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { traced, writesIn } from '../support/tracing.ts';
import { treeLines } from '../support/tree-hash.ts';

const repository = join(import.meta.dirname, '../..');
const worker = readFileSync(join(repository, 'examples/worker-node.yaml'), 'utf8');
const calls = ['-e', 'trace=file,desc,mount,swapon,swapoff,sethostname'];

describe('a plan', { skip: unable('strace'), timeout: 300_000 }, () => {
  test('of this machine writes nothing, nor does any program it asks', () => {
    const { status, calls: made, out } = traced(['plan', '--as-new', '--user-data', '-'], calls, worker);
    assert.ok(status !== null, out);
    assert.match(out, /Nothing was written/);
    assert.ok(made.length > 1000, `${made.length} calls were seen`);
    assert.deepEqual(writesIn(made), []);
  });

  test('of a tree leaves it as it is, to the byte and the time', () => {
    const root = mkdtempSync(join(tmpdir(), 'bootagent-dry-'));
    cpSync(join(repository, 'examples/seed-tree'), root, { recursive: true });
    const times = () => treeLines(root).map((line) => statSync(join(root, line.split(' ')[0] ?? '')).ctimeMs);
    const before = [treeLines(root), times()];
    const { calls: made, out } = traced(['plan', '--root', root, '--user-data', '-'], calls, worker);
    assert.match(out, /Plan: .* to (add|change)/);
    assert.deepEqual([treeLines(root), times()], before);
    assert.deepEqual(writesIn(made), []);
    rmSync(root, { recursive: true });
  });

  test('is seen to write where it would: the same eyes see a run do it', () => {
    const root = mkdtempSync(join(tmpdir(), 'bootagent-dry-'));
    const { calls: made } = traced(['run', '--root', root, '--user-data', '-'], calls, worker);
    const writes = writesIn(made);
    for (const call of ['openat', 'write', 'rename', 'mkdir', 'fchmod']) {
      assert.ok(
        writes.some((line) => line.includes(` ${call}(`)),
        call,
      );
    }
    rmSync(root, { recursive: true });
  });
});
