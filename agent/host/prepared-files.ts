import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, rmSync } from 'node:fs';
import { asideOf, writeAside } from './aside-file.ts';
import { deviceOf, syncFileSystems } from './pending-syncs.ts';
import { statIfThere } from './read-fs.ts';
import { type PathHandle, resolveSafely } from './resolve-safely.ts';

/** A file that does not exist yet. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

interface Prepared extends NewFile {
  /** Another file at this path differs in one of them: an inode number is used again. */
  readonly inode: number;
  readonly ctimeMs: number;
}

/** Files that are written and on disk, but do not have their names yet, by their present paths. */
const prepared = new Map<string, Prepared>();

/**
 * Writes new files beside their later paths and flushes them together: one flush instead of one for each. `writeFile` then only
 * renames them. A file that cannot be prepared is left to `writeFile`, which reports the cause.
 */
export function prepareFiles(root: string, files: readonly NewFile[]): void {
  const written = files.flatMap((file) => orLater(() => asideFor(root, file)) ?? []);
  if (written.length === 0) return;
  const covered = syncFileSystems(root);
  for (const [aside, file] of written) orLater(() => flushed(aside, file, covered));
}

/** Leaves a file to `writeFile`, which meets the same error and reports it with the file's own item. */
function orLater<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Writes a file aside; not in a folder where other users can write, since they could replace it meanwhile. */
function asideFor(root: string, file: NewFile): readonly [string, NewFile][] {
  const write = (spot: PathHandle): readonly [string, NewFile][] => {
    if (spot.folder.startsWith('/proc/') || statIfThere(spot.path)) return [];
    const aside = asideOf(spot);
    writeAside(aside, file.content, file, () => {});
    return [[aside, file]];
  };
  const resolved = () => resolveSafely(file.path, { root, follow: true, create: true }, write) ?? [];
  // Folders that the first try created are known as safe to the second.
  const first = resolved();
  return first.length > 0 ? first : resolved();
}

/** Records a file as prepared; flushes one on a file system that was not flushed as a whole. */
function flushed(aside: string, file: NewFile, covered: readonly string[]): void {
  const fd = openSync(aside, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (!covered.includes(deviceOf(fd))) fsyncSync(fd);
    const { ino: inode, ctimeMs } = fstatSync(fd);
    prepared.set(aside, { ...file, inode, ctimeMs });
  } finally {
    closeSync(fd);
  }
}

/** Returns whether this file is prepared at this path: it then needs only its name. */
export function takePrepared(aside: string, { content, mode, uid, gid }: Omit<NewFile, 'path'>): boolean {
  const file = prepared.get(aside);
  prepared.delete(aside);
  if (!file || file.mode !== mode || file.uid !== uid || file.gid !== gid) return false;
  if (Buffer.compare(Buffer.from(file.content), Buffer.from(content)) !== 0) return false;
  const stats = lstatSync(aside, { throwIfNoEntry: false });
  return stats?.ino === file.inode && stats.ctimeMs === file.ctimeMs;
}

/** Removes prepared files that were not needed. */
export function discardPrepared(): void {
  for (const aside of prepared.keys()) rmSync(aside, { force: true });
  prepared.clear();
}
