import type { Event, Mode } from './event.ts';
import { type Sort, sortOf } from './wording.ts';

/** Counts the steps of a run, for its last line. */
export interface Tally {
  add(event: Event): void;
  /** Returns "6 to add, 8 to change, 3 to run once; 13 deferred" or "10 changes applied, 3 failed (listed above)". */
  ending(event: Extract<Event, { event: 'run-ended' }>, mode: Mode): string;
}

const planned: Readonly<Record<Sort, string>> = {
  add: 'to add',
  change: 'to change',
  remove: 'to remove',
  once: 'to run once',
};

export function tally(): Tally {
  const sorts: Record<Sort, number> = { add: 0, change: 0, remove: 0, once: 0 };
  let deferred = 0;
  let failed = 0;
  return {
    add(event) {
      if (event.event === 'problem') failed++;
      if (event.event !== 'step') return;
      const { step } = event;
      if (step.outcome === 'due') sorts[sortOf(step.change, step.difference)]++;
      if (step.outcome === 'planned') sorts[sortOf(step.change)]++;
      if (step.outcome === 'deferred' || step.outcome === 'unknown') deferred++;
    },
    ending({ result: { state, changes, ms } }, mode) {
      // Invalid settings cause problems without a failed item.
      const trouble =
        failed > 0 ? `${failed} failed (listed above)` : state === 'done' ? '' : 'with problems (listed above)';
      const later = deferred > 0 ? `${deferred} deferred` : '';
      if (mode !== 'apply') {
        const due = Object.entries(sorts).filter(([, count]) => count > 0);
        const what = due.map(([sort, count]) => `${count} ${planned[sort as Sort]}`).join(', ') || 'nothing is due';
        return `\nPlan: ${[what, later, trouble].filter(Boolean).join('; ')}. Nothing was written.`;
      }
      const applied =
        changes + failed === 0 ? 'Nothing was due' : `${changes} ${changes === 1 ? 'change' : 'changes'} applied`;
      const more = [trouble, later].filter(Boolean).map((each) => `, ${each}`);
      return `\n${applied}${more.join('')}, in ${(ms / 1000).toFixed(1)} s.`;
    },
  };
}
