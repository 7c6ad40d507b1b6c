import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootId, lock } from '../../agent/state/lock.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-lock-'));
after(() => rmSync(scratch, { recursive: true }));
const tree = () => mkdtempSync(join(scratch, 'root-'));
const left = (root: string) => readdirSync(join(root, 'run/bootagent'));

/** Writes a lock that a dead run has left. */
function forsaken(root: string, text: string): void {
  mkdirSync(join(root, 'run/bootagent'), { recursive: true });
  writeFileSync(join(root, 'run/bootagent/lock'), text);
}

describe('the lock', () => {
  test('is refused while another process holds it, and free afterwards', async () => {
    const root = tree();
    const release = await lock(root, 'refuse');
    await assert.rejects(lock(root, 'refuse'), {
      code: 'locked',
      message: `Another run (process ${process.pid}) is at work on this machine`,
    });
    release();
    (await lock(root, 'refuse'))();
    assert.deepEqual(left(root), []);
  });

  test('that is free in a moment is waited for by all', async () => {
    const root = tree();
    const release = await lock(root, 'refuse');
    setTimeout(release, 300);
    (await lock(root, 'refuse'))();
    assert.deepEqual(left(root), []);
  });

  test('is waited for by who waits', async () => {
    const root = tree();
    const release = await lock(root, 'refuse');
    const waiting = lock(root, 'wait');
    release();
    (await waiting)();
    assert.deepEqual(left(root), []);
  });

  for (const [what, text] of [
    ['of a process that is gone', `999999999 1 ${bootId()}`],
    ['of a number that is another process by now', `${process.pid} 1 ${bootId()}`],
    ['of an earlier boot', `1 0 00000000-0000-0000-0000-000000000000`],
    ['that a power loss left empty', ''],
    ['that is rubbish', '\0\0\0'],
  ] as const) {
    test(`${what} is taken over`, async () => {
      const root = tree();
      forsaken(root, text);
      const release = await lock(root, 'refuse');
      assert.match(readFileSync(join(root, 'run/bootagent/lock'), 'utf8'), new RegExp(`^${process.pid} `));
      release();
      assert.deepEqual(left(root), []);
    });
  }

  test('in a tree is in the tree, wherever its links point', async () => {
    const root = tree();
    mkdirSync(join(root, 'var'));
    symlinkSync('/var/run', join(root, 'run'));
    (await lock(root, 'refuse'))();
    assert.deepEqual(readdirSync(join(root, 'var/run')), ['bootagent']);
  });

  for (const name of ['lock', `lock.${process.pid}`]) {
    for (const target of ['secret', 'nowhere']) {
      test(`replaces a link at its path, ${name} to ${target}`, async () => {
        const root = tree();
        mkdirSync(join(root, 'run/bootagent'), { recursive: true });
        writeFileSync(join(root, 'secret'), 'x');
        symlinkSync(join(root, target), join(root, 'run/bootagent', name));
        (await lock(root, 'refuse'))();
        assert.deepEqual([left(root), readdirSync(root).sort()], [[], ['run', 'secret']]);
        assert.equal(readFileSync(join(root, 'secret'), 'utf8'), 'x');
      });
    }
  }

  test('that a dead run left is taken over by one alone of many who come at once', { timeout: 120_000 }, async () => {
    const root = tree();
    forsaken(root, `999999999 1 ${bootId()}`);
    // Each process takes a number while it holds the lock: a directory of the same name cannot be made twice.
    const script = `
      import { mkdirSync, readdirSync } from 'node:fs';
      import { lock } from '${join(import.meta.dirname, '../../agent/state/lock.ts')}';
      for (let turn = 0; turn < 25; turn++) {
        const release = await lock(${JSON.stringify(root)}, 'wait');
        mkdirSync(${JSON.stringify(root)} + '/inside');
        const count = readdirSync(${JSON.stringify(root)} + '/run').length;
        mkdirSync(${JSON.stringify(root)} + '/run/' + count);
        await new Promise((resolve) => setTimeout(resolve, 1));
        (await import('node:fs')).rmdirSync(${JSON.stringify(root)} + '/inside');
        release();
      }
    `;
    const ends = Array.from({ length: 6 }, () => ended(['--input-type=module', '-e', script]));
    assert.deepEqual(await Promise.all(ends), Array(6).fill(''));
    assert.equal(readdirSync(join(root, 'run')).length, 6 * 25 + 1);
    assert.deepEqual(left(root), []);
  });
});

function ended(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve) => child.on('close', () => resolve(said)));
}
