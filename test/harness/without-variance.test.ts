import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutVariance } from '../machine/support/without-variance.ts';

describe('a golden text of a boot', () => {
  for (const [name, first, second] of [
    [
      'durations',
      '  users   changed   12 ms\ntook   4.5 s in local',
      '  users   changed   1204 ms\ntook   14 s in local',
    ],
    ['process ids', 'held by perl, process 7', 'held by perl, process 12345'],
    ['fingerprints', `256 SHA256:${'a+/'.repeat(14)}b x`, `256 SHA256:${'Z9k'.repeat(14)}c x`],
    ['times', 'since 2026-01-02T03:04:05Z', 'since 2027-11-12T13:14:15.678Z'],
    ['line ends of a terminal', 'a\r\nb\n', 'a\nb\n'],
    ['numbers of the JSON', '{"ms": 1, "seconds":2.5,"updated": 17}', '{"ms": 22, "seconds":3,"updated": 18}'],
    ['versions', '{"bootagent":"0.1.0"}', '{"bootagent":"0.2.0"}'],
  ] as const) {
    test(`has no ${name}`, () => {
      assert.notEqual(first, second);
      assert.equal(withoutVariance(first), withoutVariance(second));
    });
  }

  test('keeps the numbers that are part of a cause', () => {
    const text =
      'user-data:4:5: runcmd[1] (2 of 3) failed: exit 127, stopped by the time limit of 3 s\n{"code": 127, "item": 2}';
    assert.equal(withoutVariance(text), text);
  });

  test('is itself without variance', () => {
    const once = withoutVariance('took 4.5 s, process 7, {"ms": 12, "version": "0.1.0"}');
    assert.equal(withoutVariance(once), once);
  });
});
