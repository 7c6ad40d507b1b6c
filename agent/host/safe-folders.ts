import { lstatSync, type Stats } from 'node:fs';

/** Whether nobody but root, or whoever runs us, can put something else in the place of what stands in there. */
export function isOurs({ uid, gid, mode }: Stats): boolean {
  const othersWrite = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0 && gid !== process.getgid?.());
  return (uid === 0 || uid === process.getuid?.()) && !othersWrite;
}

const known = new Set<string>();

/** Whatever changes something, we or a program, may change whose a folder is. */
export const forgetSafeFolders = (): void => known.clear();

/**
 * What is on the way to a folder: folders alone, each of which is ours, so that its path will lead nowhere else. Each is
 * looked at once, as most looks go to the same few.
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
