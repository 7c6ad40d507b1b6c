import type { Outcome } from '../engine/executor.ts';
import type { ModuleResult } from './event.ts';

/** What became of a change or of a module, in the words that every view uses. */
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

/** How a module ended, in the same words; `problems` where what failed costs no more than its item. */
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
