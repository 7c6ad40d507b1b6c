import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bootagent, patient } from '../bench/storm/guests.ts';
import { storm } from '../bench/storm/storm.ts';
import { facts } from './support/facts.ts';

const amazon = facts({ platform: { ...facts().platform, vendor: 'Amazon EC2' } });
// A tenth of ten thousand guests against five hundred answers a second, so that it takes seconds; `npm run bench:storm` has it whole.
const crowd = { guests: 1_000, capacity: 50, queue: 26 };

describe('a crowd that starts at once (simulated network and time, real code)', () => {
  test('all learn who they are, with few requests more than it takes', async () => {
    const { lost, requests, peak, lastS } = await storm(bootagent(amazon), crowd);
    assert.equal(lost, 0);
    assert.ok(requests <= 2.5 * 7 * crowd.guests, `${requests} requests`);
    assert.ok(peak <= 8 * crowd.capacity, `${peak} requests in one second`);
    assert.ok(lastS <= 1.3 * ((7 * crowd.guests) / crowd.capacity), `the last at ${lastS} s`);
  });

  test('an outage of a minute loses nobody', async () => {
    const { lost, peak } = await storm(bootagent(amazon), { ...crowd, outageMs: 60_000 });
    assert.equal(lost, 0);
    assert.ok(peak <= 8 * crowd.capacity, `${peak} requests in one second`);
  });

  test('with three requests each, all are done 90 s after a minute of outage', async () => {
    const { lost, lastS } = await storm(patient(3), { ...crowd, outageMs: 60_000 });
    assert.equal(lost, 0);
    assert.ok(lastS <= 150, `the last at ${lastS} s`);
  });
});
