import { describe, test } from 'node:test';
import { linux } from '../../agent/host/linux.ts';
import { type Case, GiB, MiB, nameOf, TiB } from '../support/disks/growth-case.ts';
import { prove } from '../support/disks/prove.ts';

const host = linux({ root: '/', offline: false });

/** Each table, file system and place at least once; the whole matrix is in test/growth. */
const cases: readonly Case[] = [
  { table: 'gpt', type: 'ext4', place: 'plain', by: 10 * GiB },
  { table: 'gpt', type: 'xfs', place: 'plain', by: 10 * GiB },
  { table: 'gpt', type: 'btrfs', place: 'plain', by: 10 * GiB },
  { table: 'dos', type: 'xfs', place: 'plain', by: 10 * GiB },
  { table: 'dos', type: 'btrfs', place: 'plain', by: 2.5 * TiB },
  { table: 'dos', type: 'xfs', place: 'logical', by: 10 * GiB },
  { table: 'dos', type: 'ext4', place: 'logical', by: 2 * GiB },
  { table: 'gpt', type: 'xfs', place: 'plain', by: MiB },
  { table: 'gpt', type: 'xfs', place: 'plain', by: 0 },
  { table: 'gpt', type: 'btrfs', place: 'followed', by: 2 * GiB },
  { table: 'gpt', type: 'xfs', place: 'read-only', by: 2 * GiB },
  { table: 'dos', type: 'ext4', place: 'read-only disk', by: 2 * GiB },
];

describe('a disk grows as far as it can, is sound, and is left alone by a second run', () => {
  for (const each of cases) test(nameOf(each), () => prove(each, host));
});
