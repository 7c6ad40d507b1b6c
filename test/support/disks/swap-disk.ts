import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncOwn } from '../../../agent/host/pending-syncs.ts';
import { insist, run } from './loop-disk.ts';

/** A separate file system to make swap on. */
export interface SwapDisk extends Disposable {
  /** The path of the swap file to make. */
  readonly path: string;
  /** Returns the bytes of it that the kernel uses as swap, as `swapon --show` reports. */
  used(): number | undefined;
  /** Returns the bytes of it that are allocated, from its extents. */
  extentBytes(): number;
  names(): readonly string[];
}

export function swapDisk(type: string, bytes: number): SwapDisk {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-swap-'));
  const image = join(folder, 'image');
  const target = join(folder, 'mnt');
  writeFileSync(image, '');
  truncateSync(image, bytes);
  run(`mkfs.${type}`, '-q', ...(type === 'ext4' ? ['-F'] : ['-f']), image);
  run('mkdir', target);
  run('mount', '-o', 'loop', image, target);
  const path = join(target, 'swap');
  return {
    path,
    used() {
      const line = run('swapon', '--show=NAME,SIZE', '--bytes', '--noheadings')
        .split('\n')
        .map((each) => each.split(/\s+/))
        .find(([name]) => name === path);
      return line && Number(line[1]);
    },
    extentBytes() {
      const extents = run('filefrag', '-v', path).matchAll(/^\s*\d+:\s+\d+\.\.\s*\d+:\s+\d+\.\.\s*\d+:\s+(\d+):/gm);
      return [...extents].reduce((sum, [, blocks]) => sum + Number(blocks) * 4096, 0);
    },
    names: () => readdirSync(target),
    [Symbol.dispose]() {
      if (readFileSync('/proc/swaps', 'utf8').includes(`${path} `)) run('swapoff', path);
      // The agent keeps changed files open until a record of the change follows, and here none does.
      syncOwn();
      insist(() => run('umount', target));
      rmSync(folder, { recursive: true });
    },
  };
}
