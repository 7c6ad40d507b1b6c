import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../../agent/host/host.ts';
import { applied, previewed } from '../laws.ts';
import { type Case, make } from './growth-case.ts';
import { shapeOf } from './shape.ts';

const script = fileURLToPath(new URL('grow-and-die.ts', import.meta.url));

/** Kills a growth before and after each of its programs, and returns the number of kills. */
export async function killAtEachStep(each: Case, host: Host): Promise<number> {
  const expected = await undisturbed(each, host);
  for (let number = 1, kills = 0; ; number++) {
    for (const when of ['before', 'after']) {
      if (!(await killed(each, [`${number}`, when], expected, host))) return kills;
      kills++;
    }
  }
}

/** Kills the program that writes the partition table at each of its writes to the disk, and returns the number of kills. */
export async function tearTheTable(each: Case, host: Host): Promise<number> {
  const expected = await undisturbed(each, host);
  for (let write = 1; ; write++) {
    if (!(await killed(each, ['1', `write ${write}`], expected, host))) return write - 1;
  }
}

/**
 * Returns whether the growth was killed at that moment; if so, runs it again and compares the result with an uninterrupted run.
 */
async function killed(each: Case, moment: readonly string[], expected: unknown, host: Host): Promise<boolean> {
  using made = make(each);
  const [change] = made.plan[0]?.changes ?? [];
  assert.ok(change?.kind === 'growth');
  const { signal, status, stderr } = spawnSync(process.execPath, [script, change.target, ...moment], {
    encoding: 'utf8',
  });
  if (signal !== 'SIGKILL') {
    assert.equal(status, 0, stderr);
    return false;
  }
  const [step] = await applied(made.plan, host);
  assert.notEqual(step?.outcome, 'failed', `${moment.join(' ')}: ${JSON.stringify(step)}`);
  assert.equal((await previewed(made.plan, host))[0]?.outcome, 'holds');
  assert.deepEqual(sizesOf(made.disk.path), expected, moment.join(' '));
  made.check();
  return true;
}

async function undisturbed(each: Case, host: Host) {
  using made = make(each);
  await applied(made.plan, host);
  return sizesOf(made.disk.path);
}

const sizesOf = (disk: string) => shapeOf(disk).entries.map(({ start, size }) => ({ start, size }));
