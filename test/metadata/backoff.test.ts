import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  isTransient,
  next,
  patient,
  policyOf,
  retryAfter,
  type Tries,
  type TryOutcome,
  untried,
} from '../../agent/metadata/backoff.ts';

const runs = { seed: 7, numRuns: 500 };
const failed = (tries: Partial<Tries>, random: number, outcome: TryOutcome = {}) =>
  next(patient, { ...untried, ...tries }, outcome, () => random).pauseMs;

describe('the retry policy', () => {
  for (const [level, random, pause] of [
    [0, 0, 200],
    [0, 0.5, 2_200],
    [1, 0.5, 4_200],
    [2, 1, 16_200],
    [3, 1, 30_200],
    [29, 0.5, 15_200],
  ] as const) {
    test(`pauses ${pause} ms at level ${level}, drawn ${random}`, () => {
      assert.equal(failed({ level }, random), pause);
    });
  }

  test('every pause lies between 0.2 s and 30.2 s, however often it failed', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true }), (times, random) => {
        let tries = untried;
        for (let time = 0; time < times; time++) tries = next(patient, tries, {}, () => random).tries;
        const pause = next(patient, tries, {}, () => random).pauseMs ?? Number.NaN;
        return pause >= 200 && pause <= 30_200;
      }),
      { ...runs, numRuns: 50 },
    );
  });

  test('a success lowers the level by half a step and does not reset it', () => {
    const { tries } = next(patient, { ...untried, failed: 5, level: 3 }, 'answered', () => 0);
    assert.deepEqual(tries, { failed: 5, level: 2.5, waitedMs: 0, answered: true });
  });

  test('looks for a network every 200 ms and does not count it', () => {
    assert.deepEqual(
      next(patient, untried, 'local', () => 1),
      { tries: untried, pauseMs: 200 },
    );
  });

  test('waits as long as Retry-After says and spreads what it is told, so that not all come at once', () => {
    assert.equal(failed({}, 0, { retryAfterMs: 5_000 }), 5_000);
    assert.equal(failed({}, 0.5, { retryAfterMs: 5_000 }), 7_000);
  });

  test("takes the scripts' own policy: thirty tries, five seconds apart", () => {
    const policy = policyOf({ attempts: 30, interval: 5 });
    let tries = untried;
    for (let attempt = 1; attempt < 30; attempt++) {
      const after = next(policy, tries, {}, () => 0.9);
      assert.equal(after.pauseMs, 5_000);
      tries = after.tries;
    }
    assert.equal(next(policy, tries, {}, () => 0.9).pauseMs, undefined);
  });

  test('ends when max_wait is over, unless there was an answer', () => {
    const policy = policyOf({ max_wait: 20, timeout: 20 });
    assert.deepEqual([policy.maxWaitMs, policy.timeoutMs], [20_000, 20_000]);
    assert.equal(next(policy, { ...untried, waitedMs: 20_000 }, {}, () => 0).pauseMs, undefined);
    assert.equal(next(policy, { ...untried, waitedMs: 20_000, answered: true }, {}, () => 0).pauseMs, 200);
  });

  for (const value of ['soon', null, {}, Number.NaN]) {
    test(`takes no ${JSON.stringify(value)} for seconds`, () => {
      assert.deepEqual(policyOf({ timeout: value, max_wait: value, attempts: value, interval: value }), patient);
    });
  }

  test('a max_wait of 0 or -1 is one attempt, as cloud-init has it', () => {
    for (const max_wait of [0, -1, '0']) assert.deepEqual(policyOf({ max_wait }), { ...patient, attempts: 1 });
  });

  for (const [header, ms] of [
    ['3', 3_000],
    ['Fri, 20 Nov 2026 12:00:10 GMT', 10_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['99999999', 300_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    test(`reads Retry-After: ${header} as ${ms}`, () => {
      assert.equal(retryAfter(header, Date.parse('2026-11-20T12:00:00Z')), ms);
    });
  }

  test('a busy or broken service is asked again, a clear no is not', () => {
    assert.deepEqual([408, 425, 429, 500, 503, 599].map(isTransient), Array(6).fill(true));
    assert.deepEqual([200, 302, 400, 401, 403, 404, 410].map(isTransient), Array(7).fill(false));
  });
});
