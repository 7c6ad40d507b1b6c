import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { PlanItem } from '../../../agent/change.ts';
import { type LoopDisk, loopDisk, run } from './loop-disk.ts';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

/** One disk of the matrix: its table, its file system, where its partition stands, how much it grows. */
export interface Case {
  readonly table: 'gpt' | 'dos';
  readonly type: 'ext4' | 'xfs' | 'btrfs';
  readonly place: 'plain' | 'logical' | 'followed' | 'read-only';
  readonly by: number;
  readonly from?: number;
}

export const nameOf = ({ table, type, place, by, from }: Case): string =>
  `${table}, ${type}, ${place}, +${by / MiB} MiB${from === undefined ? '' : ` from ${from / GiB} GiB`}`;

const tables: Readonly<Record<Case['place'], string>> = {
  plain: 'start=1MiB, size=64MiB\nstart=65MiB\n',
  'read-only': 'start=1MiB, size=64MiB\nstart=65MiB\n',
  followed: 'start=1MiB, size=64MiB\nstart=65MiB, size=700MiB\nstart=800MiB\n',
  logical: 'start=1MiB, size=64MiB\nstart=65MiB, type=5\nstart=66MiB, type=83\n',
};

/** A disk made for a case, with data on it. */
export interface Made {
  readonly disk: LoopDisk;
  readonly number: number;
  readonly plan: readonly PlanItem[];
  /** Throws unless the file system is sound and the data is what it was. */
  check(): void;
}

export function make({ table, type, place, by, from = GiB }: Case): Made & Disposable {
  const disk = loopDisk(from, `label: ${table}\n${tables[place]}`);
  const number = place === 'logical' ? 5 : 2;
  const node = disk.part(number);
  run(`mkfs.${type}`, '-q', ...(type === 'ext4' ? ['-F'] : ['-f']), node);
  const data = randomBytes(MiB);
  const sum = createHash('sha256').update(data).digest('hex');
  writeFileSync(`${disk.mount(number)}/data`, data);
  disk.unmount();
  if (by > 0) disk.grow(from + by);
  // A mounted ext4 can grow only with a capability that some machines withhold even from root: it grows unmounted.
  const mounted = type !== 'ext4' || place === 'read-only';
  const target = mounted ? disk.mount(number, ...(place === 'read-only' ? ['-o', 'ro'] : [])) : node;
  return {
    disk,
    number,
    plan: [{ at: 'growpart', changes: [{ kind: 'growth', target }] }],
    check() {
      disk.unmount();
      if (type === 'ext4') run('e2fsck', '-f', '-n', node);
      if (type === 'xfs') run('xfs_repair', '-n', node);
      if (type === 'btrfs') run('btrfs', 'check', node);
      const found = createHash('sha256')
        .update(readFileSync(`${disk.mount(number, '-o', 'ro')}/data`))
        .digest('hex');
      disk.unmount();
      if (found !== sum) throw new Error(`The data on ${node} is not what it was`);
    },
    [Symbol.dispose]: () => disk[Symbol.dispose](),
  };
}
