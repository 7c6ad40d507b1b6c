import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { Problem } from '../base/problem.ts';
import { componentsOf } from './real-path.ts';
import { forgetSafeFolders, isOurs, wayTo } from './safe-folders.ts';
import { syncLater } from './unsynced.ts';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
// Missing in Node's constants. Opens a path without any permission on the file.
const O_PATH = 0o10000000;
const mostLinks = 40;
// Only the kernel and root create links below these paths, so reads there need no check; most reads go there.
const rootsOwn = /^\/(proc|sys|usr\/(lib|bin|sbin|share)|lib|bin|sbin)\/(?!(.*\/)?\.\.(\/|$))/;

/** The opened parent folder of a path, and the last name: other users cannot redirect the two. */
export interface PathHandle {
  /** A path that leads to exactly the folder that was opened or checked. */
  readonly folder: string;
  readonly name: string;
  /** `folder/name`, or `.` of the folder for the root itself. */
  readonly path: string;
  /** The path existed a moment ago. */
  readonly there?: true;
  /** The file belongs to root, and was smaller than 64 KiB a moment ago; a file of a user may grow while it is read. */
  readonly small?: true;
}

export interface WalkOptions {
  /** The folder that serves as `/`. */
  readonly root: string;
  /** Whether a link as the last component is followed. */
  readonly follow: boolean;
  /** For writes, whether missing parent folders are created; undefined for reads. */
  readonly create?: boolean;
  /** A folder in which no link is followed, even one that root created. */
  readonly within?: string | undefined;
}

/**
 * Resolves a path one component at a time, as in a chroot: no `..` and no link leads out of the root. A path whose folders
 * are all safe is used directly. A link is followed only in a folder that only root (or the current user) can write to,
 * because other users could redirect it. Returns undefined if a parent folder is missing.
 */
export function resolveSafely<T>(path: string, options: WalkOptions, use: (spot: PathHandle) => T): T | undefined {
  // A write checks the folders again, and may itself change the owner of a folder.
  const isChange = options.create !== undefined;
  if (isChange) forgetSafeFolders();
  const spot = options.within === undefined ? straightTo(path, options) : 'unsure';
  if (spot === 'missing') return undefined;
  try {
    return spot === 'unsure' ? byName(path, options, use) : use(spot);
  } finally {
    if (isChange) forgetSafeFolders();
  }
}

function byName<T>(path: string, options: WalkOptions, use: (spot: PathHandle) => T): T | undefined {
  const trail: { fd: number; name: string }[] = [{ fd: openSync(options.root, O_PATH | O_DIRECTORY), name: '' }];
  try {
    const spot = arrive(path, options, trail);
    return spot && use(spot);
  } finally {
    for (const { fd } of trail) closeSync(fd);
  }
}

/** Returns the path handle without opening folders, if other users cannot redirect the path. */
function straightTo(path: string, { root, follow, create }: WalkOptions): PathHandle | 'missing' | 'unsure' {
  if (root === '/' && create === undefined && rootsOwn.test(path))
    return { folder: dirname(path), name: basename(path), path, small: true };
  const names = componentsOf(path);
  const name = names.pop();
  if (name === undefined || [name, ...names].includes('..')) return 'unsure';
  const way = wayTo(root, names);
  if (way !== 'safe') return create ? 'unsure' : way;
  const folder = `${root === '/' ? '' : root}/${names.join('/')}`;
  const spot = { folder, name, path: `${folder}${names.length === 0 ? '' : '/'}${name}` };
  if (!follow) return spot;
  const stats = lstatSync(spot.path, { throwIfNoEntry: false });
  if (!stats) return create ? spot : 'missing';
  if (stats.isSymbolicLink()) return 'unsure';
  const isTrusted = stats.uid === 0 || stats.uid === process.geteuid?.();
  const small = stats.isFile() && stats.size < 65_536 && isTrusted;
  return small ? { ...spot, there: true, small } : { ...spot, there: true };
}

function arrive(
  path: string,
  { root, follow, create, within }: WalkOptions,
  trail: { fd: number; name: string }[],
): PathHandle | undefined {
  const ahead = componentsOf(path);
  let links = 0;
  while (true) {
    const here = trail.at(-1)?.fd ?? -1;
    const folder = `/proc/self/fd/${here}`;
    const name = ahead.shift();
    if (name === undefined) return { folder, name: '.', path: `${folder}/.` };
    if (name === '..') {
      if (trail.length > 1) closeSync(trail.pop()?.fd ?? -1);
      continue;
    }
    const last = ahead.length === 0;
    const spot = { folder, name, path: `${folder}/${name}` };
    // Most names are no links, and many do not exist: an exception for each would cost more than all other accesses together.
    const stats = last && !follow ? undefined : lstatSync(spot.path, { throwIfNoEntry: false });
    const target = stats?.isSymbolicLink() ? linkAt(spot.path) : undefined;
    if (target !== undefined) {
      const inside = `/${trail
        .slice(1)
        .map((each) => each.name)
        .join('/')}`;
      refuseUnsafe(`${inside === '/' ? '' : inside}/${name}`, inside, fstatSync(here), within);
      if (++links > mostLinks) throw new Problem('unsafe-path', `${path} leads through more than ${mostLinks} links`);
      ahead.unshift(...componentsOf(target));
      if (target.startsWith('/')) for (const { fd } of trail.splice(1)) closeSync(fd);
      continue;
    }
    if (last) return spot;
    if (!stats && !create) return undefined;
    const fd = enter(spot.path, create ?? false);
    if (fd === undefined) return undefined;
    if (fd === 'no folder')
      throw new Problem('file-failed', `${path}: ${name} is not a directory`, { hint: `Under ${root}.` });
    trail.push({ fd, name });
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (['EINVAL', 'ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

function refuseUnsafe(link: string, folder: string, stat: Stats, within: string | undefined): void {
  const inHome = within !== undefined && (`${folder}/`.startsWith(`${within}/`) || link === within);
  if (isOurs(stat) && !inHome) return;
  const why = inHome ? `in ${within}` : 'where others can write';
  throw new Problem('unsafe-path', `${link} is a link ${why}, and is not followed`);
}

function enter(path: string, create: boolean): number | 'no folder' | undefined {
  try {
    return openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTDIR' || code === 'ELOOP') return create ? 'no folder' : undefined;
    if (code !== 'ENOENT') throw error;
    if (!create) return undefined;
    mkdirSync(path, 0o755);
    const fd = openSync(path, O_DIRECTORY | O_NOFOLLOW);
    fchmodSync(fd, 0o755); // independent of the umask
    syncLater(`${dirname(path)}/.`);
    syncLater(`${path}/.`);
    return fd;
  }
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';
