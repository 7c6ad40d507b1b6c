import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Event } from '../../agent/report/event.ts';
import { liveStatus } from '../../agent/report/live-status.ts';
import { emptySummary } from '../../agent/report/summary.ts';

/** Returns the current activity in the status after these events, one second apart, and the number of writes. */
function after(...events: readonly Event[]) {
  const summary = emptySummary('1');
  let clock = 0;
  let writes = 0;
  const live = liveStatus(
    summary,
    () => clock,
    () => writes++,
  );
  for (const event of events) {
    clock += 1000;
    live.follow(event);
  }
  const { now } = summary;
  live.end();
  return { now, writes, left: summary.now };
}

const packages: Event = { event: 'module-began', module: 'packages', stage: 'final' };
const lock: Event = { event: 'waiting', module: 'packages', what: 'waiting for the dnf lock', ms: 12_000 };
const runcmd: Event = { event: 'module-began', module: 'runcmd', stage: 'final' };
const second: Event = { event: 'script-began', module: 'runcmd', item: { item: 2, of: 5, command: 'setup' } };

describe('what runs now', () => {
  test('is the module, since it began', () =>
    assert.deepEqual(after(packages).now, { module: 'packages', since: 1000 }));

  test('is the command of a list, by its number', () =>
    assert.deepEqual(after(runcmd, second).now, { module: 'runcmd', text: '2/5 `setup`', since: 2000 }));

  test('is what is waited for, since that began, and written at once', () => {
    const { now, writes } = after(packages, lock);
    assert.deepEqual(now, { module: 'packages', text: 'waiting for the dnf lock', since: -10_000 });
    assert.equal(writes, 1);
  });

  test('is the module again when the wait is over, and nothing when the run is', () => {
    const { now, left } = after(packages, lock, { ...lock, ended: true });
    assert.deepEqual([now, left], [{ module: 'packages', since: 1000 }, undefined]);
  });
});
