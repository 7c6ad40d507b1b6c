import type { OutcomeName } from '../report/outcomes.ts';
import type { ModuleRecord } from '../state/records.ts';
import { expectedBecause, isVerified } from './rules.ts';

/** A step of the plan in the JSON document of a run (`reporting`). */
export interface PlannedStep {
  readonly module: string;
  readonly at: string;
  readonly change: string;
  readonly outcome: OutcomeName;
  readonly what?: string;
  readonly why?: string;
  readonly because?: string;
}

/** The part of the JSON document that verify reads. */
export interface PlanDocument {
  readonly instance?: { readonly id: string };
  readonly steps: readonly PlannedStep[];
  readonly problems: readonly { readonly module: string; readonly at: string; readonly message: string }[];
}

/** What was applied earlier: the modules that ran in this instance, image or boot. */
export interface Applied {
  readonly runs: readonly ModuleRecord[];
  readonly instance: string;
  /** The modules that run at every boot, which leave no record if they changed nothing. */
  readonly eachBoot: readonly string[];
  /** The modules whose work was counted as done, because the machine was in service before bootagent. */
  readonly countedAsDone: readonly string[];
  /** The plan of the next run. A module that ran once is in it only if its settings have changed since. */
  readonly next: Pick<PlanDocument, 'steps'>;
}

export interface DriftItem {
  readonly module: string;
  readonly at: string;
  readonly change: string;
  readonly why: string;
}

/** What the instance requested and no longer holds. */
export interface Verified {
  /** The number of changes that were compared, those with a difference included. */
  readonly compared: number;
  readonly drift: readonly DriftItem[];
  /** Differences that have a reason, and are no drift. */
  readonly expected: readonly DriftItem[];
  /** What was never applied, or cannot be compared. */
  readonly unchecked: readonly DriftItem[];
}

/** Judges the plan of a machine as if nothing had been applied: a change that is due again has drifted. */
export function driftIn({ steps, problems }: PlanDocument, applied: Applied): Verified {
  const drift: DriftItem[] = [];
  const expected: DriftItem[] = [];
  const unchecked: DriftItem[] = [];
  let compared = 0;
  for (const step of steps) {
    const { module, at, change, outcome, because } = step;
    if (!isVerified(change)) continue;
    const item = (why: string): DriftItem => ({ module, at, change, why });
    const open = notApplied(step, applied);
    if (outcome === 'unchanged') compared++;
    else if (outcome === 'failed' || outcome === 'interrupted') unchecked.push(item(failureOf(step, problems)));
    else if (outcome !== 'pending') unchecked.push(item(because ?? 'an earlier change of its item cannot be compared'));
    else if (open !== undefined) unchecked.push(item(open));
    else {
      compared++;
      const reason = expectedBecause(change);
      if (reason === undefined) drift.push(item(step.why ?? 'differs'));
      else expected.push(item(reason));
    }
  }
  return { compared, drift, expected, unchecked };
}

/** Returns why a change has not been applied by any earlier run, or undefined if one did. */
function notApplied({ module, at }: PlannedStep, applied: Applied): string | undefined {
  const { runs, instance, eachBoot, countedAsDone, next } = applied;
  if (countedAsDone.includes(module)) return 'it counted as done: the machine was in service before';
  const last = runs.find((run) => run.module === module);
  if (!last) return eachBoot.includes(module) ? undefined : 'its module has not run on this instance';
  if (last.scope.startsWith('instance:') && last.scope !== `instance:${instance}`)
    return 'its module ran for another instance';
  if (last.failed[at] ?? last.failed[module]) return 'it failed when it was applied: bootagent why';
  if (last.waits?.includes(at)) return 'it waits for a boot, or for a run by root';
  if (!eachBoot.includes(module) && next.steps.some((step) => step.module === module && step.at === at))
    return 'its settings have changed since it was applied; the next run applies them';
  return undefined;
}

const failureOf = ({ module, at }: PlannedStep, problems: PlanDocument['problems']): string =>
  problems.find((problem) => problem.module === module && problem.at === at)?.message ?? 'it cannot be compared';
