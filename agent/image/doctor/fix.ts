import type { Change, PlanItem } from '../../engine/change.ts';
import type { Ledger } from '../../engine/ledger.ts';
import { overlayHost } from '../../engine/overlay-host.ts';
import type { Step } from '../../engine/step.ts';
import type { Host } from '../../host/host.ts';
import { outcomeName } from '../../report/outcomes.ts';
import { apply, keyOf, preview } from '../../resources/index.ts';
import type { CheckContext } from './check.ts';
import type { CheckFinding } from './examine.ts';

/** Returns the plan that fixes what was found, as far as the fixes are safe. */
export async function fixes(findings: readonly CheckFinding[], at: CheckContext): Promise<PlanItem[]> {
  const plan: PlanItem[] = [];
  for (const { check, is } of findings) {
    const changes: readonly Change[] =
      is === 'found' && 'changes' in check && check.changes ? await check.changes(at) : [];
    if (changes.length > 0) plan.push({ at: check.name, changes });
  }
  return plan;
}

/** Applies that plan, or previews it if there is no host to apply it to. */
export async function applyFixes(
  findings: readonly CheckFinding[],
  at: CheckContext,
  host: Host | undefined,
): Promise<Step[]> {
  const ahead = overlayHost(at.host);
  const steps: Step[] = [];
  for (const item of await fixes(findings, at)) {
    steps.push(...(host ? await apply(item, host, noLedger) : await preview(item, ahead, noLedger)));
  }
  return steps;
}

const noLedger: Ledger = {
  entriesOf: () => ({ earlier: [], before: [] }),
  isPending: () => false,
  write: async () => {},
  pend: async () => {},
  clear: async () => {},
};

/** Renders the applied or previewed fixes, one line each. */
export function fixesAsText(steps: readonly Step[]): string {
  if (steps.length === 0) return 'Nothing can be repaired automatically.\n';
  return steps.map((step) => `  ${step.at.padEnd(20)} ${keyOf(step.change)}: ${outcomeOf(step)}\n`).join('');
}

function outcomeOf(step: Step): string {
  if (step.outcome === 'failed') return `failed, ${step.problem.message}`;
  return 'because' in step ? `${outcomeName(step)}, ${step.because}` : outcomeName(step);
}
