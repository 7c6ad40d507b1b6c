import { isWithin, matchingPaths } from './glob.ts';
import type { ReadHost } from './host.ts';

/** The globs of paths to remove; paths at or below an exception stay. */
export interface RemovalGlobs {
  readonly globs: readonly string[];
  readonly except?: readonly string[];
}

/** Returns the paths to remove: a whole folder if nothing in it stays, else the removable paths in it. */
export async function toRemove({ globs, except = [] }: RemovalGlobs, host: ReadHost): Promise<string[]> {
  const found: string[] = [];
  for (const path of await matches(globs, host, except)) {
    const { all, parts } = await removable(path, except, host);
    found.push(...(all ? [path] : parts));
  }
  return found.filter((path, at) => found.indexOf(path) === at && !found.some((up) => path.startsWith(`${up}/`)));
}

async function matches(globs: readonly string[], host: ReadHost, except: readonly string[]): Promise<string[]> {
  const plain = globs.filter((glob) => !glob.endsWith('/'));
  const found = await matchingPaths(plain, host, except);
  for (const path of await matchingPaths(
    globs.filter((glob) => !plain.includes(glob)),
    host,
    except,
  )) {
    const isFolder = (await host.stat(path))?.type === 'directory';
    if (!isFolder || (await host.list(path)).length > 0) found.push(path);
  }
  return found;
}

async function removable(
  path: string,
  except: readonly string[],
  host: ReadHost,
): Promise<{ all: boolean; parts: string[] }> {
  const top = await host.stat(path);
  if (top?.type !== 'directory') return { all: true, parts: [] };
  let all = true;
  const parts: string[] = [];
  for (const name of await host.list(path)) {
    const each = `${path}/${name}`;
    const stat = await host.stat(each);
    if (!stat) continue;
    if (stat.device !== top.device || isWithin(each, except)) {
      all = false;
      continue;
    }
    const inside = await removable(each, except, host);
    parts.push(...(inside.all ? [each] : inside.parts));
    all &&= inside.all;
  }
  return { all, parts };
}
