import { type BigIntStats, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The file systems for which the kernel itself sets the time of each change, by f_type of statfs(2). */
const timedFileSystems: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
]);

/** The changes that the ctime of a file reveals: each one, those in different seconds, or none. */
export type ChangeTimes = 'each' | 'seconds' | 'fixed';

/** Returns what the ctime of the file at a path reveals. */
export type ReadChangeTimes = (path: string, stats: BigIntStats) => ChangeTimes;

/**
 * Returns what the ctime reveals on a file system. In squashfs and erofs, and in an overlay above them, the image's builder set
 * the times: another image may show the same times and inode numbers.
 */
export const changeTimes = (fileSystem: number, ctimeNs: bigint): ChangeTimes =>
  !timedFileSystems.has(fileSystem) ? 'fixed' : ctimeNs % 1_000_000_000n === 0n ? 'seconds' : 'each';

/** Returns a reader that queries each file system once. */
export function changeTimesReader(): ReadChangeTimes {
  const types = new Map<bigint, number>();
  return (path, stats) => {
    const type = types.get(stats.dev) ?? statfsSync(stats.isSymbolicLink() ? dirname(path) : path).type;
    types.set(stats.dev, type);
    return changeTimes(type, stats.ctimeNs);
  };
}
