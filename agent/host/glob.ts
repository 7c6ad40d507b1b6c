import { globMatcher } from '../base/glob-pattern.ts';
import type { ReadHost } from './host.ts';

/**
 * Returns the paths that match one of the patterns, sorted and without duplicates. `*`, `?` and `[...]` match characters
 * within one name, including a leading dot; `**` at the end matches everything except folders, at any depth. Links are
 * not followed. Paths that match a pattern of `except`, and everything below them, are excluded.
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

/** Whether a path matches one of the patterns, or is below a path that matches. */
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

/** Returns a matcher in which a backslash is a literal character, because unit names contain backslashes. */
const matcher = (name: string): ((candidate: string) => boolean) => globMatcher(name, { escapes: false });

/** Returns a predicate: whether a path matches the pattern, or is below a path that matches. */
function covers(pattern: string): (path: string) => boolean {
  const names = namesOf(pattern).map(matcher);
  return (path) => {
    const own = namesOf(path);
    return names.every((fits, index) => index < own.length && fits(own[index] ?? ''));
  };
}
