import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The levels of proof for a system, best first; the support table claims no more. */
export const levels = [
  'booted in a virtual machine',
  'booted in a container',
  'installed on stand-ins',
  'built only',
] as const;

export interface Proof {
  readonly system: string;
  readonly level: (typeof levels)[number];
  readonly told: string;
}

/** Records for `npm run support` that a test has proven this. */
export function proven(proof: Proof): void {
  mkdirSync('dist/support', { recursive: true });
  const name = `${proof.system}-${proof.level}`.replace(/[^a-z0-9]+/gi, '-');
  writeFileSync(join('dist/support', `${name}.json`), JSON.stringify(proof));
}

/** Returns the recorded proofs of the executable that was built at this time, and the names of older ones, which show nothing. */
export function proofsSince(builtMs: number, folder = 'dist/support'): { proofs: Proof[]; stale: string[] } {
  const names = readdirSync(folder).sort();
  const isStale = (name: string): boolean => statSync(join(folder, name)).mtimeMs < builtMs;
  return {
    proofs: names
      .filter((name) => !isStale(name))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Proof), // written above
    stale: names.filter(isStale),
  };
}

/** Returns the name of a tree's operating system. */
export const nameOf = (root: string): string =>
  /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync(join(root, 'usr/lib/os-release'), 'utf8'))?.[1] ?? root;
