import type { Outcome } from '../engine/step.ts';
import type { ModuleResult } from './event.ts';

/** The outcome of a change, by the name that all views use. */
export type OutcomeName =
  | 'unchanged'
  | 'changed'
  | 'pending'
  | 'deferred'
  | 'skipped'
  | 'interrupted'
  | 'failed'
  | 'unsupported';

const steps: Readonly<Record<Exclude<Outcome['outcome'], 'failed'>, OutcomeName>> = {
  holds: 'unchanged',
  done: 'unchanged',
  due: 'pending',
  planned: 'pending',
  made: 'changed',
  deferred: 'deferred',
  unknown: 'deferred',
  skipped: 'skipped',
};

export function outcomeName(step: Outcome): OutcomeName {
  if (step.outcome !== 'failed') return steps[step.outcome];
  return step.problem.code === 'interrupted' ? 'interrupted' : 'failed';
}

/** The state of a module, by the same names; `problems`: what failed affects only its item. */
export type ModuleState = 'running' | 'unchanged' | 'changed' | 'pending' | 'deferred' | 'problems' | 'failed';

const modules: Readonly<Record<ModuleResult['state'], ModuleState>> = {
  made: 'changed',
  due: 'pending',
  planned: 'pending',
  holds: 'unchanged',
  nothing: 'unchanged',
  kept: 'unchanged',
  waits: 'deferred',
  problems: 'problems',
  failed: 'failed',
};

export const moduleState = ({ state }: Pick<ModuleResult, 'state'>): ModuleState => modules[state];
