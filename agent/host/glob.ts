import type { ReadHost } from './host.ts';

/**
 * Every path that matches one of the patterns, each once, sorted. `*`, `?` and `[…]` stand for characters of
 * one name, a leading dot too; `**` at the end stands for all that is no folder, at any depth. No link is followed,
 * and nothing is looked for at or below the paths of `except`, which are patterns themselves.
 */
export async function matchingPaths(
  patterns: readonly string[],
  host: ReadHost,
  except: readonly string[] = [],
): Promise<string[]> {
  const kept = except.map(regexOf);
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const path of await expand('', namesOf(pattern), host, kept)) found.add(path);
  }
  return [...found].sort();
}

/** Whether a path is one of these, or lies below one of them. */
export const isWithin = (path: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => regexOf(pattern).test(path));

async function expand(
  folder: string,
  names: readonly string[],
  host: ReadHost,
  kept: readonly RegExp[],
): Promise<string[]> {
  const [name, ...rest] = names;
  if (name === undefined) return [folder];
  if (name === '**') return below(folder, host, kept);
  const candidates = isPattern(name) ? (await host.list(folder || '/')).filter(matcher(name)) : [name];
  const found: string[] = [];
  for (const each of candidates) {
    const path = `${folder}/${each}`;
    if (kept.some((pattern) => pattern.test(path))) continue;
    const stat = await host.stat(path);
    if (!stat || (rest.length > 0 && stat.type !== 'directory')) continue;
    found.push(...(await expand(path, rest, host, kept)));
  }
  return found;
}

async function below(folder: string, host: ReadHost, kept: readonly RegExp[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of await host.list(folder || '/')) {
    const path = `${folder}/${name}`;
    if (kept.some((pattern) => pattern.test(path))) continue;
    const stat = await host.stat(path);
    if (stat?.type === 'directory') found.push(...(await below(path, host, kept)));
    else if (stat) found.push(path);
  }
  return found;
}

const namesOf = (path: string): string[] => path.split('/').filter(Boolean);
const isPattern = (name: string): boolean => /[*?[]/.test(name);

const matcher = (name: string): ((candidate: string) => boolean) => {
  const pattern = new RegExp(`^${source(name)}$`);
  return (candidate) => pattern.test(candidate);
};

const regexOf = (pattern: string): RegExp => new RegExp(`^/${namesOf(pattern).map(source).join('/')}(?:/|$)`);

const source = (name: string): string =>
  name
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace(/\[!/g, '[^');
