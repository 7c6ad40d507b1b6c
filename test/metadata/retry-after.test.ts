import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import { fittingPause, patient } from '../../agent/metadata/backoff.ts';
import { retryingClient } from '../../agent/metadata/retrying-client.ts';

const now = Date.parse('2026-11-20T12:00:00Z');
const date = (ms: number): string => new Date(now + ms).toUTCString();

/** Queries a service within a budget; it answers 503 with this header until `backMs`. The clock starts at `clock`. */
async function asked(header: string, budgetMs: number, backMs: number, clock = now) {
  let time = 0;
  const at: number[] = [];
  const client = retryingClient({
    host: {
      now: () => time,
      clock: () => clock + time,
      sleep: async (ms) => {
        time += ms;
      },
      http: async () => {
        at.push(time);
        time += 10;
        return time > backMs
          ? { status: 200, headers: {}, body: new Uint8Array() }
          : { status: 503, headers: { 'retry-after': header }, body: new Uint8Array() };
      },
    },
    policy: patient,
    deadline: budgetMs,
    note: () => {},
    random: () => 0.5,
  });
  const answer = await client.ask({ url: 'http://cloud/' }).catch((error) => {
    assert.ok(error instanceof Problem);
    return undefined;
  });
  return { answered: answer !== undefined, at, time };
}

const headers: readonly (readonly [string, number?])[] = [
  ['1'],
  ['60'],
  ['299'],
  ['300'],
  ['3600'],
  [date(5_000)],
  [date(3_600_000)],
  [date(-3_600_000)],
  [date(60_000), 0],
  [date(60_000), Date.parse('2035-01-01T00:00:00Z')],
];

for (const [stage, budget] of [
  ['the login stages', 20_000],
  ['the last stage', 300_000],
] as const) {
  describe(`Retry-After in ${stage}`, () => {
    for (const [header, clock] of headers) {
      const name = `"${header}"${clock === undefined ? '' : ` by a clock of ${new Date(clock).getUTCFullYear()}`}`;

      test(`of ${name} does not end the search: the last request is just before the deadline`, async () => {
        const { answered, at, time } = await asked(header, budget, Number.POSITIVE_INFINITY, clock);
        assert.equal(answered, false);
        assert.ok(time <= budget, `${time}`);
        // Without a usable header the policy's own pauses apply, which may be longer than the rest of the budget.
        if (clock === undefined) assert.ok((at.at(-1) ?? 0) >= budget - 5_000, `${at.map(Math.round)}`);
        assert.ok(at.length >= 3, `${at.map(Math.round)}`);
      });

      test(`of ${name} finds a service that is back after a second`, async () =>
        assert.equal((await asked(header, budget, 1_000, clock)).answered, true));
    }

    test('of five minutes is no reason to ask often', async () => {
      const { at } = await asked('300', budget, Number.POSITIVE_INFINITY);
      assert.ok(at.length <= 10, `${at.length}`);
    });
  });
}

describe('a pause', () => {
  for (const [pause, left, isAskedFor, fits] of [
    [5_000, 20_000, true, 5_000],
    [18_000, 20_000, true, 18_000],
    [18_001, 20_000, true, 10_000],
    [300_000, 4_000, true, 2_000],
    [300_000, 2_000, true, undefined],
    [5_000, 20_000, false, 5_000],
    [20_000, 20_000, false, undefined],
  ] as const) {
    test(`of ${pause} ms with ${left} ms left, ${isAskedFor ? 'asked for' : 'of the policy'}, is ${fits}`, () =>
      assert.equal(fittingPause(pause, left, isAskedFor), fits));
  }
});
