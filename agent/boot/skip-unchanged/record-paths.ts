import { type BigIntStats, lstatSync, readlinkSync, realpathSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { reading } from '../../host/read-fs.ts';
import type { BootSnapshot } from './boot-snapshot.ts';
import type { ReadChangeTimes } from './change-times.ts';

/** The limit of a chain of links; the kernel's own limit is 40. */
const mostLinks = 8;

/** Records paths of a tree in a snapshot, so that a later change shows. */
export interface PathRecorder {
  /** Records a path, and what its links lead to. Call it before the read. Returns whether the path exists. */
  record(path: string, options: { readonly follow: boolean }): boolean;
  /**
   * Records a path for `stat`. Only mode and owner of a directory are recorded: the content of home directories changes all the
   * time. Returns whether the path exists.
   */
  recordStat(path: string): boolean;
  /** Records the size of the file system that is mounted at a path. */
  recordSpace(path: string): void;
  /** Returns whether the file or directory behind this path is on a file system that sets the ctime at each change. */
  hasTimes(path: string): boolean;
  /** Returns the path without links that a path leads to, or undefined if nothing is there. */
  realPathOf(path: string): string | undefined;
}

export function pathRecorder(root: string, snapshot: BootSnapshot, timesOf: ReadChangeTimes): PathRecorder {
  const inTree = (path: string): string => (root === '/' ? path : root + path);
  const statsOf = (path: string): BigIntStats | undefined =>
    reading(path, () => lstatSync(inTree(path), { bigint: true, throwIfNoEntry: false }));

  const outOfTree = (real: string): string => (root === '/' ? real : real.slice(realpathSync(root).length) || '/');

  /** Returns the path that a link refers to: a relative target starts at the directory of the link. */
  const targetOf = (link: string): string =>
    resolve(outOfTree(realpathSync(inTree(dirname(link)))), readlinkSync(inTree(link)));

  function realPathOf(path: string): string | undefined {
    try {
      return outOfTree(realpathSync(inTree(path)));
    } catch {
      return undefined; // a broken link, or a loop
    }
  }

  function record(path: string, { follow }: { readonly follow: boolean }, links = 0): boolean {
    const stats = statsOf(path);
    recordAs(path, stats);
    if (!follow || !stats?.isSymbolicLink()) return stats !== undefined;
    if (links > mostLinks) snapshot.unusable(`${path} is a chain of more than ${mostLinks} links`);
    return links <= mostLinks && record(targetOf(path), { follow }, links + 1);
  }

  function recordAs(path: string, stats: BigIntStats | undefined): void {
    if (!stats) {
      snapshot.is(path, 'none');
      return;
    }
    const { ino, size, ctimeNs } = stats;
    const times = timesOf(inTree(path), stats);
    if (times === 'fixed') {
      if (stats.isSymbolicLink()) snapshot.link(path, realPathOf(path));
      else if (stats.isDirectory()) snapshot.folder(path, ownership(stats));
      else snapshot.fixed(path, `${ownership(stats)} ${size}`);
      return;
    }
    const seconds = ctimeNs / 1_000_000_000n;
    snapshot.changed(String(stats.dev), path, times);
    snapshot.file(path, `${ino} ${size} ${seconds}.${String(ctimeNs % 1_000_000_000n).padStart(9, '0')}`);
  }

  function hasTimes(path: string): boolean {
    const stats = lstatSync(inTree(path), { bigint: true, throwIfNoEntry: false });
    if (!stats) return true;
    return stats.isSymbolicLink() ? hasTimes(targetOf(path)) : timesOf(inTree(path), stats) !== 'fixed';
  }

  return {
    record,
    recordStat(path) {
      const stats = statsOf(path);
      if (stats?.isDirectory()) snapshot.folder(path, ownership(stats));
      else recordAs(path, stats);
      return stats !== undefined;
    },
    recordSpace(path) {
      const { blocks, bsize } = statfsSync(inTree(path));
      snapshot.space(path, `${blocks} ${bsize}`);
    },
    hasTimes,
    realPathOf,
  };
}

const ownership = ({ mode, uid, gid }: BigIntStats): string => `${mode.toString(16)} ${uid} ${gid}`;
