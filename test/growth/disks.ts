import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linux } from '../../agent/host/linux.ts';
import { type Case, GiB, nameOf } from '../support/disks/growth-case.ts';
import { killAtEachStep, tearTheTable } from '../support/disks/kills.ts';
import { matrix, prove } from '../support/disks/prove.ts';

const host = linux({ root: '/', offline: false });

describe('every disk of the matrix grows as far as it can, is sound, and is left alone by a second run', () => {
  for (const each of matrix()) test(nameOf(each), () => prove(each, host));
});

describe('killed at each step and run again, a growth ends the same', () => {
  const cases = (['gpt', 'dos'] as const).flatMap((table) =>
    (['ext4', 'xfs', 'btrfs'] as const).flatMap((type) =>
      (['plain', ...(table === 'dos' ? (['logical'] as const) : [])] as const).map(
        (place): Case => ({ table, type, place, by: GiB }),
      ),
    ),
  );
  for (const each of cases) test(nameOf(each), async () => assert.ok((await killAtEachStep(each, host)) >= 6));
});

describe('killed at each write to the partition table and run again, a growth ends the same', () => {
  for (const [table, place] of [
    ['gpt', 'plain'],
    ['dos', 'plain'],
    ['dos', 'logical'],
  ] as const) {
    const each: Case = { table, place, type: 'xfs', by: GiB };
    test(nameOf(each), async () => assert.ok((await tearTheTable(each, host)) >= 1));
  }
});
