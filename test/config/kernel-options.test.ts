import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelOptions } from '../../agent/config/kernel-options.ts';

for (const [line, off, debug] of [
  ['ro quiet', undefined, false],
  ['ro bootagent=off quiet', 'bootagent=off', false],
  ['bootagent=off bootagent=on', undefined, false],
  ['cloud-init=disabled bootagent.debug', 'cloud-init=disabled', true],
  ['cloud-init=disabled bootagent=off', 'bootagent=off', false],
  ['dyndbg="bootagent=off "', undefined, false],
] as const) {
  test(`the kernel command line "${line}" says ${off ?? 'nothing'} to us`, () => {
    assert.deepEqual(kernelOptions(line), { off, debug });
  });
}
