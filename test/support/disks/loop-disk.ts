import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A block device on a sparse file, with a partition table of its own: as real as a disk gets without a machine. */
export interface LoopDisk extends Disposable {
  readonly path: string;
  /** The node of one of its partitions. */
  part(number: number): string;
  /** A bigger disk, as a hypervisor makes it: zeros are added to the end. */
  grow(bytes: number): void;
  /** Mounts a partition on a folder of its own. */
  mount(number: number, ...options: string[]): string;
  unmount(): void;
}

export const run = (program: string, ...args: readonly string[]): string => feed('', program, ...args);

/** Runs a program on this input, or throws what it said. */
export function feed(input: string, program: string, ...args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', input, env });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr || stdout || error?.message}`);
}

/** Whoever looks at all disks just now keeps ours busy for a moment. */
export function insist(work: () => void): void {
  for (let left = 50; ; left--) {
    try {
      work();
      return;
    } catch (error) {
      if (left === 0) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

/** Makes a disk of this size with these partitions, written as sfdisk reads them. */
export function loopDisk(bytes: number, table: string, options: readonly string[] = []): LoopDisk {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-disk-'));
  const image = join(folder, 'image');
  writeFileSync(image, '');
  truncateSync(image, bytes);
  feed(table, 'sfdisk', '--quiet', image);
  const path = run('losetup', '--find', '--show', ...options, image).trim();
  // A test that was ended may have left partitions to a loop device that has no file any more.
  spawnSync('partx', ['--delete', path]);
  run('partx', '--add', path);
  const mounts: string[] = [];
  const unmount = () => {
    for (const each of mounts.splice(0)) insist(() => run('umount', each));
  };
  return {
    path,
    part: (number) => `${path}p${number}`,
    grow(size) {
      truncateSync(image, size);
      run('losetup', '--set-capacity', path);
    },
    mount(number, ...words) {
      const target = join(folder, `mnt${mounts.length}`);
      mkdirSync(target, { recursive: true });
      run('mount', ...words, `${path}p${number}`, target);
      mounts.push(target);
      return target;
    },
    unmount,
    [Symbol.dispose]() {
      unmount();
      insist(() => run('partx', '--delete', path));
      run('losetup', '--detach', path);
      rmSync(folder, { recursive: true });
    },
  };
}
