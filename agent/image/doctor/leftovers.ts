import { mapOf } from '../../base/map-of.ts';
import type { ReadLedger } from '../../engine/ledger.ts';
import { overlayHost } from '../../engine/overlay-host.ts';
import type { Step } from '../../engine/step.ts';
import { preview } from '../../resources/index.ts';
import type { Operation } from '../seal/operation.ts';
import { operations } from '../seal/operations.ts';
import { sealPlan } from '../seal/plan.ts';
import type { CheckContext, TreeCheck, Verdict } from './check.ts';

// Sealing writes one of several valid forms of machine-id, so a preview would report the others.
const hasOwnCheck = (name: string): boolean => name === 'machine-id';

/** One check per operation of sealing: what the operation would still change is left over in the image. */
export const leftoverChecks: readonly TreeCheck[] = operations
  .filter(({ name }) => !hasOwnCheck(name))
  .map((operation) => ({
    name: operation.name,
    severity: operation.severity,
    why: operation.why,
    fix: `bootagent seal --only ${operation.name}`,
    source: operation.source,
    inspect: (at) => leftBy(operation, at),
  }));

const nothingDone: ReadLedger = { entriesOf: () => ({ earlier: [], before: [] }), isPending: () => false };

async function leftBy(operation: Operation, { host, sealing }: CheckContext): Promise<Verdict> {
  const [item] = sealPlan([operation], sealing);
  // The preview finds a user by the files that name it, which needs no root privileges.
  const steps = item ? await preview(item, overlayHost({ ...host, privileged: true }), nothingDone) : [];
  const failed = steps.find((step) => step.outcome === 'failed');
  if (failed?.outcome === 'failed') return { notChecked: failed.problem.message };
  return steps.flatMap(told);
}

function told(step: Step): string[] {
  if (step.outcome !== 'due') return [];
  const { paths, why } = step.difference;
  const { change } = step;
  if (change.kind === 'removed-user') return [`User ${change.name} is left over`];
  if (paths) return paths.map((path) => `${path} ${saying.get(change.kind) ?? why}`);
  return 'path' in change ? [`${change.path} ${why}`] : [why];
}

const saying = mapOf({
  removed: 'is left over',
  'removed-swap': 'is left over',
  emptied: 'is not empty',
  'without-lines': 'has lines that are this machine’s own',
});
