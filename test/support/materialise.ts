import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Given } from './memory-host.ts';

/** Writes the files of a memory host's tree to a real directory. */
export function materialise({ files = {}, links = {}, modes = {}, directories = [] }: Given, folder: string): void {
  for (const path of directories) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  for (const [path, mode] of Object.entries(modes)) chmodSync(join(folder, path), mode);
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  }
}

/** Returns everything in a directory by path: type, mode and content. */
export function contents(folder: string, below = ''): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = `${below}/${name}`;
    const full = join(folder, path);
    const stat = lstatSync(full);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isDirectory()) Object.assign(all, { [path]: `folder ${mode}` }, contents(folder, path));
    else if (stat.isSymbolicLink()) all[path] = `link ${readlinkSync(full)}`;
    else all[path] = `file ${mode} ${stat.mtimeMs} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`;
  }
  return all;
}
