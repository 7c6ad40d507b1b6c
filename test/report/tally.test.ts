import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from '../../agent/report/tally.ts';

const ended = (state: 'done' | 'failed' | 'problems') =>
  ({ event: 'run-ended', result: { state, changes: 2, ms: 1500 } }) as const;
const problem = {
  event: 'problem',
  module: 'swap',
  at: 'swap',
  problem: { code: 'disk-full', message: 'no space' },
} as const;

test('a run with one failure counts it', () => {
  const steps = tally();
  steps.add(problem as never);
  assert.match(steps.ending(ended('failed') as never, 'apply'), /1 failed \(listed above\)/);
  assert.match(steps.ending(ended('failed') as never, 'plan' as never), /1 failed \(listed above\)/);
});

test('problems without a failed item are mentioned, and a good run mentions none', () => {
  assert.match(tally().ending(ended('problems') as never, 'apply'), /with problems \(listed above\)/);
  assert.doesNotMatch(tally().ending(ended('done') as never, 'apply'), /listed above/);
});
