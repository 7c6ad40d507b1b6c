import { closeSync, constants, fstatSync, fsyncSync, openSync } from 'node:fs';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** The most descriptors that are held open. */
const mostHeld = 64;

/** Folders whose names, and files whose attributes, have changed but are not yet on disk: open descriptors by inode. */
const held = new Map<string, number>();
/** The root folders below which programs have run that may have written files. */
const writtenRoots = new Set<string>();

/**
 * Notes a folder in which a name changed, or a file or folder whose attributes changed. `syncPending` writes it to disk before
 * the next record that relies on it, so that many changes in one folder cost one flush.
 */
export function syncLater(path: string): void {
  const fd = openReadable(path);
  if (fd === undefined) return;
  const { dev, ino } = fstatSync(fd);
  const key = `${dev}:${ino}`;
  if (held.has(key)) {
    closeSync(fd);
    return;
  }
  held.set(key, fd);
  if (held.size >= mostHeld) syncEach(takeUnsynced());
}

/** Notes that a program ran that may have changed files of this root folder: programs seldom flush what they write. */
export function syncProgramsLater(root: string): void {
  writtenRoots.add(root);
}

/** Returns the noted files and folders, and forgets them. */
export function takeUnsynced(): readonly number[] {
  const open = [...held.values()];
  held.clear();
  return open;
}

/** Returns the root folders that programs have written to, and forgets them. */
export function takeWrittenRoots(): readonly string[] {
  const roots = [...writtenRoots];
  writtenRoots.clear();
  return roots;
}

/** Flushes and closes descriptors; throws the first error after it has tried all. */
export function syncEach(open: readonly number[]): void {
  let failed: { readonly error: unknown } | undefined;
  for (const fd of open) {
    try {
      fsyncSync(fd);
    } catch (error) {
      failed ??= { error };
    } finally {
      closeSync(fd);
    }
  }
  if (failed) throw failed.error;
}

/** Opens a file or folder; returns undefined for one that this user may not read, which only root avoids. */
function openReadable(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}
