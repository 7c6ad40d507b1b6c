import { globMatcher } from '../base/glob-pattern.ts';
import type { ReadHost } from './host.ts';

/**
 * Every path that matches one of the patterns, each once, sorted. `*`, `?` and `[...]` stand for characters of
 * one name, a leading dot too; `**` at the end stands for all that is no folder, at any depth. No link is followed,
 * and nothing is looked for at or below the paths of `except`, which are patterns themselves.
 */
export async function matchingPaths(
  patterns: readonly string[],
  host: ReadHost,
  except: readonly string[] = [],
): Promise<string[]> {
  const kept = except.map(covers);
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const path of await expand('', namesOf(pattern), host, kept)) found.add(path);
  }
  return [...found].sort();
}

/** Whether a path is one of these, or lies below one of them. */
export const isWithin = (path: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => covers(pattern)(path));

async function expand(
  folder: string,
  names: readonly string[],
  host: ReadHost,
  kept: readonly ((path: string) => boolean)[],
): Promise<string[]> {
  const [name, ...rest] = names;
  if (name === undefined) return [folder];
  if (name === '**') return below(folder, host, kept);
  const candidates = isPattern(name) ? (await host.list(folder || '/')).filter(matcher(name)) : [name];
  const found: string[] = [];
  for (const each of candidates) {
    const path = `${folder}/${each}`;
    if (kept.some((holds) => holds(path))) continue;
    const stat = await host.stat(path);
    if (!stat || (rest.length > 0 && stat.type !== 'directory')) continue;
    found.push(...(await expand(path, rest, host, kept)));
  }
  return found;
}

async function below(folder: string, host: ReadHost, kept: readonly ((path: string) => boolean)[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of await host.list(folder || '/')) {
    const path = `${folder}/${name}`;
    if (kept.some((holds) => holds(path))) continue;
    const stat = await host.stat(path);
    if (stat?.type === 'directory') found.push(...(await below(path, host, kept)));
    else if (stat) found.push(path);
  }
  return found;
}

const namesOf = (path: string): string[] => path.split('/').filter(Boolean);
const isPattern = (name: string): boolean => /[*?[]/.test(name);

/** A backslash stands for itself: names of units have some. */
const matcher = (name: string): ((candidate: string) => boolean) => globMatcher(name, { escapes: false });

/** Whether a path matches, or lies below one that does. */
function covers(pattern: string): (path: string) => boolean {
  const names = namesOf(pattern).map(matcher);
  return (path) => {
    const own = namesOf(path);
    return names.every((fits, index) => index < own.length && fits(own[index] ?? ''));
  };
}
