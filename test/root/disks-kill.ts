import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linux } from '../../agent/host/linux.ts';
import { type Case, GiB, nameOf } from '../support/disks/growth-case.ts';
import { killAtEachStep } from '../support/disks/kills.ts';

const host = linux({ root: '/', offline: false });

/** Each table and each file system once; the whole matrix is in test/growth. */
const cases: readonly Case[] = [
  { table: 'gpt', type: 'ext4', place: 'plain', by: GiB },
  { table: 'dos', type: 'xfs', place: 'logical', by: GiB },
  { table: 'gpt', type: 'btrfs', place: 'plain', by: GiB },
];

for (const each of cases) {
  test(`killed at each step and run again, a growth ends the same: ${nameOf(each)}`, async () => {
    assert.ok((await killAtEachStep(each, host)) >= 6);
  });
}
