import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../agent/engine/change.ts';
import { overlayHost } from '../../agent/engine/overlay-host.ts';
import type { Step } from '../../agent/engine/step.ts';
import type { Host, ReadHost } from '../../agent/host/host.ts';
import { apply, keyOf, preview } from '../../agent/resources/index.ts';
import type { MemoryHost } from './memory-host.ts';
import { memoryLedger } from './memory-ledger.ts';

export const keysOf = (steps: readonly Step[], ...outcomes: readonly Step['outcome'][]): string[] =>
  steps.filter((step) => outcomes.includes(step.outcome)).map(({ change }) => keyOf(change));

/** Properties that hold for every plan on every machine. */
export function laws(name: string, plan: readonly PlanItem[], machine: () => MemoryHost): void {
  describe(`the laws of a plan: ${name}`, () => {
    test('what a preview calls due is what a run makes', async () => {
      assert.deepEqual(keysOf(await previewed(plan, machine()), 'due'), keysOf(await applied(plan, machine()), 'made'));
    });
    test('a preview does nothing', async () => {
      const host = machine();
      await previewed(plan, host);
      assert.deepEqual(host.did, []);
    });
    test('what was made holds: a second run does nothing', async () => {
      const host = machine();
      const ledger = memoryLedger();
      await applied(plan, host, ledger);
      const before = host.did.length;
      assert.deepEqual(keysOf(await applied(plan, host, ledger), 'made', 'failed'), []);
      assert.equal(host.did.length, before);
    });
  });
}

export async function previewed(plan: readonly PlanItem[], host: ReadHost, ledger = memoryLedger()): Promise<Step[]> {
  const ahead = overlayHost(host);
  const steps: Step[] = [];
  for (const item of plan) steps.push(...(await preview(item, ahead, ledger)));
  return steps;
}

export async function applied(plan: readonly PlanItem[], host: Host, ledger = memoryLedger()): Promise<Step[]> {
  const steps: Step[] = [];
  for (const item of plan) steps.push(...(await apply(item, host, ledger)));
  return steps;
}
