import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { PlanItem } from '../../../agent/engine/change.ts';
import { feed, type LoopDisk, loopDisk, run } from './loop-disk.ts';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;
export const TiB = 2 ** 40;

/** One disk of the matrix: its table, its file system, the position of its partition, and its growth in bytes. */
export interface Case {
  readonly table: 'gpt' | 'dos';
  readonly type: 'ext4' | 'xfs' | 'btrfs';
  readonly place: 'plain' | 'logical' | 'followed' | 'read-only' | 'read-only disk';
  readonly by: number;
}

/** The initial size of every disk, in bytes. */
export const size = GiB;

export const nameOf = ({ table, type, place, by }: Case): string => `${table}, ${type}, ${place}, +${by / MiB} MiB`;

const plain = 'start=1MiB, size=64MiB\nstart=65MiB, bootable\n';
const tables: Readonly<Record<Case['place'], string>> = {
  plain,
  'read-only': plain,
  'read-only disk': plain,
  followed: 'start=1MiB, size=64MiB\nstart=65MiB, size=700MiB\nstart=800MiB\n',
  logical: 'start=1MiB, size=64MiB\nstart=65MiB, type=5\nstart=66MiB, type=83\n',
};

const makers: Readonly<Record<Case['type'], readonly string[]>> = {
  ext4: ['-F'],
  // The minimum number of allocation groups: a disk of terabytes has thousands of them, and the check visits each.
  xfs: ['-f', '-d', 'agcount=3'],
  btrfs: ['-f'],
};

/** A disk made for a case, with data on it. */
export interface Made extends Disposable {
  readonly disk: LoopDisk;
  readonly number: number;
  readonly plan: readonly PlanItem[];
  /** Throws unless the file system is sound and the data is unchanged. */
  check(): void;
}

export function make({ table, type, place, by }: Case): Made {
  using made = new DisposableStack();
  const disk = made.use(loopDisk(size, `label: ${table}\n${tables[place]}`));
  const number = place === 'logical' ? 5 : 2;
  const node = disk.part(number);
  // The first bytes of a disk that boots by BIOS are code.
  feed('boot code'.repeat(40), 'dd', `of=${disk.path}`, 'conv=notrunc', 'status=none');
  run(`mkfs.${type}`, '-q', ...makers[type], node);
  const data = randomBytes(MiB);
  const sum = createHash('sha256').update(data).digest('hex');
  writeFileSync(`${disk.mount(number)}/data`, data);
  disk.unmount();
  if (by > 0) disk.grow(size + by);
  if (place === 'read-only disk') {
    run('blockdev', '--setro', disk.path);
    made.defer(() => run('blockdev', '--setrw', disk.path));
    made.defer(() => disk.unmount());
  }
  const isReadOnly = place.startsWith('read-only');
  // A mounted ext4 grows only with a capability that some machines withhold even from root, so it grows unmounted.
  const isMounted = type !== 'ext4' || isReadOnly;
  const target = isMounted ? disk.mount(number, ...(isReadOnly ? ['-o', 'ro'] : [])) : node;
  const all = made.move();
  return {
    disk,
    number,
    plan: [{ at: 'growpart', changes: [{ kind: 'growth', target }] }],
    check() {
      disk.unmount();
      if (type === 'ext4') run('e2fsck', '-f', '-n', node);
      if (type === 'xfs') run('xfs_repair', '-n', '-P', node);
      if (type === 'btrfs') run('btrfs', 'check', node);
      const found = createHash('sha256')
        .update(readFileSync(`${disk.mount(number, '-o', 'ro')}/data`))
        .digest('hex');
      disk.unmount();
      if (found !== sum) throw new Error(`The data on ${node} is not what it was`);
    },
    [Symbol.dispose]: () => all.dispose(),
  };
}
