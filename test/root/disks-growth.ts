import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linux } from '../../agent/host/linux.ts';
import { type Case, GiB, MiB, make, nameOf } from '../support/disks/growth-case.ts';
import { endOf, shapeOf } from '../support/disks/shape.ts';
import { applied, previewed } from '../support/laws.ts';

const host = linux({ root: '/', offline: false });

const grown: readonly Case[] = [
  { table: 'gpt', type: 'ext4', place: 'plain', by: 10 * GiB },
  { table: 'gpt', type: 'xfs', place: 'plain', by: 10 * GiB },
  { table: 'gpt', type: 'btrfs', place: 'plain', by: 10 * GiB },
  { table: 'dos', type: 'xfs', place: 'plain', by: 10 * GiB },
  { table: 'dos', type: 'xfs', place: 'logical', by: 10 * GiB },
  { table: 'dos', type: 'ext4', place: 'logical', by: 2 * GiB },
  { table: 'gpt', type: 'xfs', place: 'plain', by: 4 * MiB },
];

describe('growth', () => {
  for (const each of grown) {
    test(`fills the disk, and a second look finds nothing: ${nameOf(each)}`, async () => {
      using made = make(each);
      const [due] = await previewed(made.plan, host);
      const before = shapeOf(made.disk.path);
      assert.equal(due?.outcome, 'due', JSON.stringify(due));
      const [step] = await applied(made.plan, host);
      assert.equal(step?.outcome, 'made', JSON.stringify(step));
      assert.deepEqual(step.difference, due.difference);
      const left = (each.from ?? GiB) + each.by - endOf(made.disk.path, made.number);
      assert.ok(left >= 0 && left <= MiB, `${left} bytes are left`);
      assert.deepEqual(shapeOf(made.disk.path).others(made.number), before.others(made.number));
      assert.deepEqual((await previewed(made.plan, host))[0]?.outcome, 'holds');
      made.check();
    });
  }

  for (const [each, words] of [
    [{ table: 'gpt', type: 'xfs', place: 'plain', by: 0 }, undefined],
    [{ table: 'gpt', type: 'xfs', place: 'read-only', by: 2 * GiB }, /^partition 2 of .* -> .*/],
  ] as const satisfies [Case, RegExp | undefined][]) {
    test(`says what it finds: ${nameOf(each)}`, async () => {
      using made = make(each);
      const [step] = await previewed(made.plan, host);
      const text = step?.outcome === 'due' ? step.difference.why : step && 'note' in step ? step.note : undefined;
      if (words) assert.match(text ?? '', words);
      else assert.equal(text, undefined);
    });
  }
});
