import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Kind } from '../../agent/engine/change.ts';
import { handlerOf, keyOf } from '../../agent/resources/index.ts';
import { accountStarts } from '../support/dirty/accounts.ts';
import { aptStarts } from '../support/dirty/apt.ts';
import { assertConverges, type DirtyStart, type DirtyStarts } from '../support/dirty/dirty-start.ts';
import { fileStarts } from '../support/dirty/files.ts';
import { sshStarts } from '../support/dirty/ssh.ts';
import { storageStarts } from '../support/dirty/storage.ts';
import { systemStarts } from '../support/dirty/system.ts';
import { applied } from '../support/laws.ts';
import { everything } from '../support/memory-host.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const starts: DirtyStarts = {
  ...aptStarts,
  ...fileStarts,
  ...accountStarts,
  ...sshStarts,
  ...storageStarts,
  ...systemStarts,
};

for (const [kind, all] of Object.entries(starts) as [Kind, readonly DirtyStart[]][]) {
  describe(`a change of the kind ${kind} converges from`, () => {
    for (const start of all) test(start.from, () => assertConverges(start));
  });
}

/** Acts that are not repeated after an interruption: the machine may go down before their end is recorded. */
const notRepeated: readonly Kind[] = ['power'];

describe('an act that a power loss interrupted', () => {
  const acts = Object.values(starts).flatMap(([start]: readonly [DirtyStart, ...DirtyStart[]]) =>
    handlerOf(start.change).sort === 'act' && !start.change.follows ? [start] : [],
  );
  for (const { change, machine } of acts) {
    const repeated = !notRepeated.includes(change.kind);
    test(`is ${repeated ? 'repeated' : 'not repeated'}: ${change.kind}`, async () => {
      const [host, ledger] = [machine(), memoryLedger()];
      const before = everything(host);
      const key = `x: ${keyOf(change)}`;
      ledger.records.set(key, [{ is: 'began', of: 'x' }]);
      const [step] = await applied([{ at: 'x', changes: [change] }], host, ledger);
      assert.equal(step?.outcome, repeated ? 'made' : 'done');
      if (!repeated) assert.deepEqual([host.did, everything(host)], [[], before]);
    });
  }
});
