import { lstatSync, type Stats } from 'node:fs';

/** Whether only root or the current user can replace the entries of a folder. */
export function isOurs({ uid, gid, mode }: Stats): boolean {
  const othersWrite = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0 && gid !== process.getgid?.());
  return (uid === 0 || uid === process.getuid?.()) && !othersWrite;
}

const known = new Set<string>();

/** Clears the cache. Needed after each write and each program run, because they may change the owner or mode of a folder. */
export const forgetSafeFolders = (): void => known.clear();

/**
 * Checks the folders on the way to a folder. 'safe': all are real folders that other users cannot change, so the path
 * cannot be redirected. Results are cached, because most accesses go to the same few folders.
 */
export function wayTo(root: string, names: readonly string[]): 'safe' | 'missing' | 'unsure' {
  let path = root === '/' ? '' : root;
  for (const name of ['', ...names]) {
    if (name !== '') path += `/${name}`;
    if (known.has(path)) continue;
    const stats = lstatSync(path || '/', { throwIfNoEntry: false });
    if (!stats) return 'missing';
    if (!stats.isDirectory() || !isOurs(stats)) return 'unsure';
    known.add(path);
  }
  return 'safe';
}
