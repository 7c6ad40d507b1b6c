import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lock } from '../../agent/state/lock.ts';
import { bootagent } from '../support/command-line.ts';
import { treeLines } from '../support/tree-hash.ts';

const input = '#cloud-config\nwrite_files: [{path: /etc/written, content: x}]\n';
const unit = { INVOCATION_ID: 'x', BOOTAGENT_UNIT: '1' };
const runOn = (root: string) => ['run', '--root', root, '--user-data', '-', '--only', 'write_files'];

function tree(): { root: string; [Symbol.dispose](): void } {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-lock-'));
  cpSync(join(import.meta.dirname, '../../examples/seed-tree'), root, { recursive: true });
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

const locks = (path: string) => path.startsWith('/run/bootagent/lock');

describe('while a run holds the machine', () => {
  for (const words of [
    ['run', '--user-data', '-'],
    ['seal', '--yes'],
    ['reset', '--yes'],
  ] as const) {
    test(`"${words[0]}" of a person is refused, and changes nothing`, async () => {
      using own = tree();
      const release = await lock(own.root, 'refuse');
      const before = treeLines(own.root, locks);
      const ended = await bootagent([words[0], '--root', own.root, ...words.slice(1)], { input });
      assert.equal(ended.code, 75, ended.out + ended.err);
      assert.match(ended.err, /^bootagent: Another run .*is at work/);
      assert.deepEqual(treeLines(own.root, locks), before);
      release();
    });
  }

  test('a unit waits, and runs when it is free', async () => {
    using own = tree();
    const release = await lock(own.root, 'refuse');
    const waiting = bootagent(runOn(own.root), { input, env: unit });
    // A later interactive run fails after two seconds, within which a free unit would have finished its work.
    assert.equal((await bootagent(runOn(own.root), { input })).code, 75);
    assert.equal(existsSync(join(own.root, 'etc/written')), false, 'the unit has not begun');
    release();
    assert.equal((await waiting).code, 0);
    assert.equal(existsSync(join(own.root, 'etc/written')), true);
  });
});

test('units, people, seal and reset that start at once never overlap: what each leaves is whole', async () => {
  using own = tree();
  writeFileSync(join(own.root, 'etc/machine-id'), '');
  const calls = [
    ...Array.from({ length: 3 }, () => bootagent(runOn(own.root), { input, env: unit })),
    ...Array.from({ length: 2 }, () => bootagent(runOn(own.root), { input })),
    bootagent(['reset', '--root', own.root, '--yes']),
  ];
  const ends = await Promise.all(calls);
  for (const { code, err } of ends) assert.ok(code === 0 || code === 75, `${code} ${err}`);
  // Units always wait, and never exit for the lock.
  assert.deepEqual(
    ends.slice(0, 3).map(({ code }) => code),
    [0, 0, 0],
  );
  assert.equal(existsSync(join(own.root, 'run/bootagent/lock')), false);
});

describe('where the lock cannot be written', () => {
  /** A file in the place of the directory of the lock. */
  function broken() {
    const own = tree();
    mkdirSync(join(own.root, 'run'), { recursive: true });
    writeFileSync(join(own.root, 'run/bootagent'), '');
    return own;
  }

  test('a unit reports it and does its work without: systemd starts one after the other', async () => {
    using own = broken();
    const { code, out, err } = await bootagent(runOn(own.root), { input, env: unit });
    assert.match(out + err, /\/run\/bootagent\/lock: .*; this boot goes on without its lock/);
    assert.ok(code === 0 || code === 1, `${code}`);
    assert.equal(existsSync(join(own.root, 'etc/written')), true);
  });

  for (const words of [
    ['run', '--user-data', '-', '--only', 'write_files'],
    ['reset', '--yes'],
  ]) {
    test(`"${words[0]}" of a person is refused, and changes nothing`, async () => {
      using own = broken();
      const before = treeLines(own.root, () => false);
      const { code, err } = await bootagent([words[0] ?? '', '--root', own.root, ...words.slice(1)], { input });
      assert.equal(code, 1, err);
      assert.match(err, /^bootagent: \/run\/bootagent\/lock: bootagent is not a directory/);
      assert.deepEqual(
        treeLines(own.root, () => false),
        before,
      );
    });
  }
});
