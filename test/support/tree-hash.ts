import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Describes everything in a tree except its times, one line per path, so that a difference between two trees is readable. */
export function treeLines(root: string, except: (path: string) => boolean = () => false): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return names.flatMap((name) => {
    const path = join(root, name);
    if (except(`/${name}`)) return [];
    const stats = lstatSync(path);
    const content = stats.isSymbolicLink()
      ? readlinkSync(path)
      : stats.isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : '';
    return [`/${name} ${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${content}`];
  });
}
