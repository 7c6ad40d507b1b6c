import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountOf } from '../../../modules/storage/advised-swap.ts';

const mounts = ['/', '/var', '/var/swap', '/variable'].map((target) => ({ target })) as never;

for (const [path, target] of [
  ['/var/swap', '/var/swap'],
  ['/var/swapfile', '/var'],
  ['/variable', '/variable'],
  ['/swapfile', '/'],
] as const) {
  test(`${path} is on the mount ${target}`, () => assert.equal(mountOf(path, mounts)?.target, target));
}
