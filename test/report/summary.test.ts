import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptySummary, faultsOf } from '../../agent/report/summary.ts';

test('faults that leave a boot failed come before the others', () => {
  const fault = (module: string, code: string) => ({ module, at: module, code, message: 'x' });
  const left = [fault('runcmd', 'script-failed'), fault('swap', 'disk-full'), fault('scripts', 'script-failed')];
  assert.deepEqual(
    faultsOf({ ...emptySummary('1'), left }).map(({ module }) => module),
    ['swap', 'runcmd', 'scripts'],
  );
});
