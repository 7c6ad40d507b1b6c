import assert from 'node:assert/strict';
import type { Change, ChangeOf, Kind } from '../../../agent/engine/change.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { applied, keysOf, previewed } from '../laws.ts';
import { everything, type MemoryHost } from '../memory-host.ts';
import { type MemoryLedger, memoryLedger } from '../memory-ledger.ts';

/** A machine on which something else exists where a change applies, and the state that the change must reach from there. */
export interface DirtyStart<C extends Change = Change> {
  /** What exists before: "another mode", "two lines of one mount point". */
  readonly from: string;
  readonly change: C;
  readonly machine: () => MemoryHost;
  /** The records of earlier runs; default: none. */
  readonly ledger?: () => MemoryLedger;
  /** Asserts the state of the machine afterwards. */
  readonly ends?: (host: MemoryHost) => void;
  /** The change is not applied: the pattern matches the problem or the remark that reports it, and the machine is unchanged. */
  readonly refused?: RegExp;
}

/** At least one dirty start for each kind of change: a kind without one does not compile. */
export type DirtyStarts = {
  readonly [K in Kind]: readonly [DirtyStart<ChangeOf<K>>, ...DirtyStart<ChangeOf<K>>[]];
};

const problemOf = ([step]: readonly Step[]): string => {
  if (step?.outcome === 'failed') return step.problem.message;
  return step && 'note' in step ? (step.note ?? '') : '';
};

/** The laws of a change from a dirty start. */
export async function assertConverges(start: DirtyStart): Promise<void> {
  const { change, machine, ledger: records = memoryLedger, ends, refused } = start;
  const plan = [{ at: 'x', changes: [change] }];
  const [host, ledger] = [machine(), records()];
  const before = everything(host);
  const foreseen = await previewed(plan, host, ledger);
  assert.deepEqual([host.did, everything(host)], [[], before], 'a preview changes nothing');

  const first = await applied(plan, host, ledger);
  if (refused) {
    assert.match(problemOf(first), refused);
    assert.deepEqual(everything(host), before, 'a refused change changes nothing');
    return;
  }
  assert.deepEqual(keysOf(first, 'made'), keysOf(foreseen, 'due'), 'a run applies what a preview shows');
  assert.equal(first[0]?.outcome, 'made', problemOf(first) || `${first[0]?.outcome}`);
  ends?.(host);

  const [did, after] = [host.did.length, everything(host)];
  const [again] = await previewed(plan, host, ledger);
  assert.ok(again?.outcome === 'holds' || again?.outcome === 'done', `afterwards the preview is ${again?.outcome}`);
  const [second] = await applied(plan, host, ledger);
  assert.ok(second?.outcome === 'holds' || second?.outcome === 'done', `a second run is ${second?.outcome}`);
  assert.deepEqual([host.did.slice(did), everything(host)], [[], after], 'a second run changes nothing');
}
