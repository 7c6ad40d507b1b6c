import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { Problem } from '../base/problem.ts';
import { forgetSafeFolders, isOurs, wayTo } from './safe-folders.ts';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
// Not among Node's constants. It opens a place without any right on what stands there.
const O_PATH = 0o10000000;
const mostLinks = 40;
// Below these only the kernel and root make links: what is looked at there needs no care, and most looks go there.
const rootsOwn = /^\/(proc|sys|usr\/(lib|bin|sbin|share)|lib|bin|sbin)\/(?!(.*\/)?\.\.(\/|$))/;

/** The folder a path ends in, held open, and the last name: together they cannot be swapped for something else. */
export interface PathHandle {
  /** The folder, as a path that leads to the very folder that was opened. */
  readonly folder: string;
  readonly name: string;
  /** `folder/name`, or `.` of the folder for the root itself. */
  readonly path: string;
  /** It was seen a moment ago. */
  readonly there?: true;
  /** What stands there is root's own, or was seen a moment ago to be no large file. */
  readonly small?: true;
}

export interface WalkOptions {
  /** The folder taken for `/`. */
  readonly root: string;
  /** Whether a link in the last place is followed. */
  readonly follow: boolean;
  /** Whether missing folders on the way are made, for who changes something; who only looks says nothing. */
  readonly create?: boolean;
  /** A folder below which no link is followed, whoever made it. */
  readonly within?: string | undefined;
}

/**
 * Goes to a path one name at a time, as in a chroot, unless all on the way is ours: no `..` and no link leads out of
 * the root. A link is followed only where it stands in a folder that nobody but root (or whoever runs us) can write in,
 * since anybody else could turn it anywhere. Returns undefined where a folder on the way is missing.
 */
export function resolveSafely<T>(path: string, options: WalkOptions, use: (spot: PathHandle) => T): T | undefined {
  // Who changes something looks anew, and may change whose a folder is.
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

/** Where the path leads, if it is plain that nobody can lead it elsewhere. */
function straightTo(path: string, { root, follow, create }: WalkOptions): PathHandle | 'missing' | 'unsure' {
  if (root === '/' && create === undefined && rootsOwn.test(path))
    return { folder: dirname(path), name: basename(path), path, small: true };
  const names = namesOf(path);
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
  return stats.isFile() && stats.size < 65_536 ? { ...spot, there: true, small: true } : { ...spot, there: true };
}

function arrive(
  path: string,
  { root, follow, create, within }: WalkOptions,
  trail: { fd: number; name: string }[],
): PathHandle | undefined {
  const ahead = namesOf(path);
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
    // Most names are no links, and many are not there: an error for each would cost more than all other looks together.
    const stats = last && !follow ? undefined : lstatSync(spot.path, { throwIfNoEntry: false });
    const target = stats?.isSymbolicLink() ? linkAt(spot.path) : undefined;
    if (target !== undefined) {
      const inside = `/${trail
        .slice(1)
        .map((each) => each.name)
        .join('/')}`;
      refuseUnsafe(`${inside === '/' ? '' : inside}/${name}`, inside, fstatSync(here), within);
      if (++links > mostLinks) throw new Problem('unsafe-path', `${path} leads through more than ${mostLinks} links`);
      ahead.unshift(...namesOf(target));
      if (target.startsWith('/')) for (const { fd } of trail.splice(1)) closeSync(fd);
      continue;
    }
    if (last) return spot;
    if (!stats && !create) return undefined;
    const fd = enter(spot.path, create ?? false);
    if (fd === undefined) return undefined;
    if (fd === 'no folder')
      throw new Problem('file-failed', `${path}: ${name} is no folder`, { hint: `Under ${root}.` });
    trail.push({ fd, name });
  }
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

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
    fchmodSync(fd, 0o755); // whatever the umask is
    syncFolder(dirname(path));
    return fd;
  }
}

/** Brings the names in a folder to disk: without it, a power loss may take what was just made or renamed there. */
export function syncFolder(folder: string): void {
  const fd = openSync(`${folder}/.`, O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';
