import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

/** Returns the priorities that a process sets, started by systemd/reuse-agent with or without a raised priority. */
function asked(steps: string, first: boolean): unknown {
  const script = `
    import assert from 'node:assert/strict';
    import os from 'node:os';
    import { syncBuiltinESMExports } from 'node:module';
    const asked = [];
    os.setPriority = (thread, level) => void asked.push(thread === 0 ? level : 'thread ' + level);
    syncBuiltinESMExports();
    const { normalPriority, lowerPriority } = await import('${join(import.meta.dirname, '../../agent/host/priority.ts')}');
    ${steps}
    console.log(JSON.stringify([...new Set(asked.map(String))]));
  `;
  const { BOOTAGENT_FIRST: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...env, ...(first && { BOOTAGENT_FIRST: '1' }) },
  });
  return JSON.parse(stdout);
}

const table: readonly (readonly [claim: string, steps: string, asked: readonly string[]])[] = [
  ['whom it starts goes as is usual, and it goes first again', 'normalPriority(() => {})', ['0', '-10']],
  ['also where that fails', 'assert.throws(() => normalPriority(() => { throw new Error() }))', ['0', '-10']],
  ['all its threads stand back', "lowerPriority('last')", ['thread 10']],
  [
    'it stands back twice, and whom it starts then goes as it does',
    "lowerPriority('usual'); normalPriority(() => {}); lowerPriority('last')",
    ['thread 0', 'thread 10'],
  ],
];
for (const [claim, steps, expected] of table) {
  test(`of an agent that goes first, ${claim}`, () => {
    assert.deepEqual(asked(steps, true), expected);
    assert.deepEqual(asked(steps, false), [], 'and another asks for nothing');
  });
}
