import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lchownSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { Problem } from '../base/problem.ts';
import { asideOf, setOwner, writeAside, writeBytes } from './aside-file.ts';
import type { Attributes } from './host.ts';
import { takePrepared } from './prepared-files.ts';
import { reading, statIfThere } from './read-fs.ts';
import { type PathHandle, resolveSafely } from './resolve-safely.ts';
import { syncLater } from './unsynced.ts';
import { withContext } from './with-context.ts';

// Missing in Node's constants. Refers to a file without opening it for reading or writing.
const O_PATH = 0o10000000;
const { O_APPEND, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/** File attributes, with owner and group as numeric ids. */
export interface Owning {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mode?: number | undefined;
  readonly within?: Attributes['within'];
}

/**
 * Replaces a file atomically: readers see the complete old or new file, also after a power loss. The new name is on disk after
 * `syncPending`.
 */
export function writeFile(
  root: string,
  path: string,
  content: string | Uint8Array,
  { uid, gid, mode, within }: Owning,
  /** Called with the paths of the old and the new file, both held open, before the new one replaces the old one. */
  beforeSwap?: (old: string, aside: string) => void,
): void {
  writing(path, root, within, (spot) => {
    const old = statIfThere(spot.path);
    if (old && old.type !== 'file') throw new Problem('file-failed', `${path} is not a file but a ${old.type}`);
    // Files of the kernel cannot be replaced, only written to.
    if (isKernels(path)) return writeThrough(spot.path, content);
    const aside = asideOf(spot);
    const owning = { uid: uid ?? old?.uid, gid: gid ?? old?.gid, mode: mode ?? old?.mode ?? 0o644 };
    try {
      if (old || !takePrepared(aside, { content, ...owning })) {
        writeAside(aside, content, owning, (fd) => {
          if (old && beforeSwap)
            holding(spot.path, (held) => beforeSwap(`/proc/self/fd/${held}`, `/proc/self/fd/${fd}`));
          fsyncSync(fd);
        });
      }
      renameSync(aside, spot.path);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error;
    }
    syncLater(`${spot.folder}/.`);
  });
}

/**
 * Appends text to a file, created as readable by root only. The text is on disk when this returns, or with "later" when a later
 * text is. Returns the size of the file.
 */
export function append(root: string, path: string, text: string, when: 'now' | 'later' = 'now'): number {
  return writing(path, root, undefined, (spot) => {
    const fd = openSync(spot.path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    try {
      writeBytes(fd, text);
      if (when === 'now') fsyncSync(fd);
      return fstatSync(fd).size;
    } finally {
      closeSync(fd);
    }
  });
}

export function makeDirectory(root: string, path: string, { uid, gid, mode, within }: Owning): void {
  writing(path, root, within, (spot) => {
    const old = statIfThere(spot.path);
    if (old && old.type !== 'directory')
      throw new Problem('file-failed', `${path} is not a directory but a ${old.type}`);
    if (!old) {
      // Created with its final mode: an existing folder is not checked again, so a kill must not leave a wrong mode.
      mkdirSync(spot.path, mode ?? 0o755);
      const fd = openSync(spot.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      fchmodSync(fd, mode ?? 0o755);
      setOwner(fd, { uid, gid });
      closeSync(fd);
      syncLater(`${spot.folder}/.`);
      syncLater(`${spot.path}/.`);
    } else adorn(spot, { uid, gid, mode });
  });
}

export function setAttributes(root: string, path: string, owning: Owning): void {
  writing(path, root, owning.within, (spot) => adorn(spot, owning));
}

export function remove(root: string, path: string): void {
  reading(path, () =>
    resolveSafely(path, { root, follow: false, create: false }, (spot) => {
      if (!statIfThere(spot.path)) return;
      rmSync(spot.path, { recursive: true, force: true });
      syncLater(`${spot.folder}/.`);
    }),
  );
}

export function truncate(root: string, path: string): void {
  writing(path, root, undefined, (spot) => {
    const fd = openSync(spot.path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      ftruncateSync(fd, 0);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

export function link(root: string, path: string, target: string): void {
  const aside = '.bootagent-link';
  withContext(`Cannot link ${path}`, () =>
    resolveSafely(path, { root, follow: false, create: true }, (spot) => {
      if (statIfThere(spot.path)?.type === 'directory') throw new Problem('file-failed', `${path} is a folder`);
      rmSync(`${spot.folder}/${aside}`, { force: true });
      symlinkSync(target, `${spot.folder}/${aside}`);
      renameSync(`${spot.folder}/${aside}`, spot.path);
      syncLater(`${spot.folder}/.`);
    }),
  );
}

/** Holds a file open while it is used: the owner of the folder could replace it with a link after the check. */
function holding(path: string, use: (fd: number) => void): void {
  const fd = openSync(path, O_PATH | O_NOFOLLOW);
  try {
    use(fd);
  } finally {
    closeSync(fd);
  }
}

function adorn({ path }: PathHandle, { uid, gid, mode }: Owning): void {
  holding(path, (fd) => {
    const stats = fstatSync(fd);
    const isLink = stats.isSymbolicLink();
    const held = `/proc/self/fd/${fd}`;
    const [user, group] = [uid ?? stats.uid, gid ?? stats.gid];
    if (user !== stats.uid || group !== stats.gid)
      isLink ? lchownSync(path, user, group) : chownSync(held, user, group);
    // The mode is set after the owner, because a change of owner clears the setuid bit.
    if (mode !== undefined && !isLink) chmodSync(held, mode);
    if (stats.isFile() || stats.isDirectory()) syncLater(path);
  });
}

function writeThrough(path: string, content: string | Uint8Array): void {
  const fd = openSync(path, O_WRONLY | O_TRUNC);
  try {
    writeBytes(fd, content);
  } finally {
    closeSync(fd);
  }
}

const isKernels = (path: string): boolean => path.startsWith('/proc/') || path.startsWith('/sys/');

function writing<T>(path: string, root: string, within: string | undefined, write: (spot: PathHandle) => T): T {
  return withContext(
    `Cannot write ${path}`,
    // With `create`, all parent directories exist, so the result is never undefined.
    () => resolveSafely(path, { root, follow: true, create: true, within }, write) as T,
  );
}
