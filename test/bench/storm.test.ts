import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bootagent, type Guest, patient } from '../../bench/storm/guests.ts';
import { type Storm, storm } from '../../bench/storm/storm.ts';
import { facts } from '../support/facts.ts';

const amazon = facts({ platform: { ...facts().platform, vendor: 'Amazon EC2' } });

/**
 * `npm run bench:storm` simulates ten thousand guests against five hundred answers a second. This is a tenth of both, which takes
 * seconds; the round trip grows by the same factor as the time of one answer.
 */
const crowd = { guests: 1_000, capacity: 50, queue: 26, roundTripMs: 10 };
const outageMs = 60_000;
const least = (requests: number): number => (requests * crowd.guests) / crowd.capacity;

interface Bars {
  /** Completion of the last guest, in seconds. */
  readonly lastS: number;
  /** The most requests in one second, as a multiple of the capacity. */
  readonly peak: number;
  /** All requests, as a multiple of the minimum. */
  readonly total?: number;
}

// More requests per guest delay the earliest possible completion of the last: 60, 140 and 240 s for 3, 7 and 12 requests.
const cases: readonly (readonly [string, Guest, number, Bars, Partial<Storm>?])[] = [
  ['three requests each', patient(3), 3, { lastS: 105, peak: 8, total: 2.5 }],
  ['twelve requests each', patient(12), 12, { lastS: 300, peak: 8, total: 2.5 }],
  ['the EC2 source in both stages', bootagent(amazon), 7, { lastS: 175, peak: 8, total: 2.5 }],
  ['three requests each, after an outage', patient(3), 3, { lastS: 60 + 90, peak: 7 }, { outageMs }],
  // 90 seconds suffice for 45,000 answers at full size, four and a half for each guest, and this guest makes seven requests.
  ['the EC2 source after an outage', bootagent(amazon), 7, { lastS: 60 + least(7) + 25, peak: 7 }, { outageMs }],
];

describe('a crowd that starts at once (simulated network and time, real code)', () => {
  for (const [name, guest, requests, bars, more] of cases) {
    test(`${name}: nobody is lost, the last is done in ${bars.lastS} s`, async () => {
      for (const seed of requests === 3 ? [7, 8] : [7]) {
        const seen = await storm(guest, { ...crowd, ...more, seed });
        const told = JSON.stringify({ seed, ...seen });
        assert.equal(seen.lost, 0, told);
        assert.ok(seen.lastS <= bars.lastS, told);
        assert.ok(seen.peak <= bars.peak * crowd.capacity, told);
        assert.ok(seen.requests >= requests * crowd.guests, told);
        if (bars.total !== undefined) assert.ok(seen.requests <= bars.total * requests * crowd.guests, told);
      }
    });
  }
});
