import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything about a tree but its times, one line a path: what differs between two trees can be read. */
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
