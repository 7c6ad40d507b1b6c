import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../../agent/engine/change.ts';
import { applied, laws } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const selections = '# a comment\nmail mail/password password topsecret\nmail mail/type select Local only';
const plan: readonly PlanItem[] = [
  { at: 'apt.debconf_selections.a', changes: [{ kind: 'debconf', selections, secret: true }] },
];

describe('answers for debconf', () => {
  test('go to the standard input of the program, and not into its arguments', async () => {
    const inputs: string[] = [];
    const host = memoryHost({ programs: { 'debconf-set-selections': (_, __, input) => void inputs.push(input) } });
    const [step] = await applied(plan, host);
    assert.equal(step?.outcome, 'made');
    assert.deepEqual(inputs, [`${selections}\n`]);
    assert.deepEqual(host.did, ['run debconf-set-selections']);
  });

  test('that are refused are told without the answer', async () => {
    const stderr = 'error: line 2: mail mail/password password topsecret';
    const host = memoryHost({ programs: { 'debconf-set-selections': () => ({ code: 0, stderr }) } });
    const [step] = await applied(plan, host);
    assert.equal(
      step?.outcome === 'failed' && step.problem.message,
      'debconf-set-selections did not take the answers (line 2)',
    );
  });
});

laws('answers for debconf', plan, () => memoryHost({ programs: { 'debconf-set-selections': () => '' } }));
