import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../../agent/host/host.ts';
import { applied, previewed } from '../laws.ts';
import { type Case, make } from './growth-case.ts';
import { shapeOf } from './shape.ts';

const script = fileURLToPath(new URL('grow-and-die.ts', import.meta.url));

/** Kills a growth at each of its programs, runs it again, and compares with a growth that nobody disturbed. */
export async function killAtEachStep(each: Case, host: Host): Promise<number> {
  const expected = await undisturbed(each, host);
  let kills = 0;
  for (let number = 1; ; number++) {
    for (const when of ['before', 'after'] as const) {
      using made = make(each);
      const [change] = made.plan[0]?.changes ?? [];
      assert.ok(change?.kind === 'growth');
      const { signal, status } = spawnSync(process.execPath, [script, change.target, `${number}`, when]);
      if (signal !== 'SIGKILL') {
        assert.equal(status, 0);
        return kills;
      }
      kills++;
      const [step] = await applied(made.plan, host);
      assert.notEqual(step?.outcome, 'failed', JSON.stringify(step));
      assert.equal((await previewed(made.plan, host))[0]?.outcome, 'holds');
      assert.deepEqual(sizesOf(made.disk.path), expected, `killed ${when} program ${number}`);
      made.check();
    }
  }
}

async function undisturbed(each: Case, host: Host) {
  using made = make(each);
  await applied(made.plan, host);
  return sizesOf(made.disk.path);
}

const sizesOf = (disk: string) => shapeOf(disk).entries.map(({ start, size }) => ({ start, size }));
