import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A block device on a sparse file with its own partition table, as close to a real disk as possible without a virtual machine.
 */
export interface LoopDisk extends Disposable {
  readonly path: string;
  /** Returns the device node of a partition. */
  part(number: number): string;
  /** Enlarges the disk as a hypervisor does, with zeros at the end. */
  grow(bytes: number): void;
  /** Mounts a partition on a directory of its own. */
  mount(number: number, ...options: string[]): string;
  unmount(): void;
}

export const run = (program: string, ...args: readonly string[]): string => feed('', program, ...args);

/** Runs a program with this input; throws with its output if it fails. */
export function feed(input: string, program: string, ...args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', input, env });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr || stdout || error?.message}`);
}

/** Retries work that fails briefly while another process scans all disks and keeps this one busy. */
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

/** Creates a disk of this size with the partitions of an sfdisk script. */
export function loopDisk(bytes: number, table: string, options: readonly string[] = []): LoopDisk {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-disk-'));
  const image = join(folder, 'image');
  writeFileSync(image, '');
  truncateSync(image, bytes);
  feed(table, 'sfdisk', '--quiet', image);
  const path = run('losetup', '--find', '--show', ...options, image).trim();
  // A killed test may have left partitions on a loop device whose file is gone.
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
