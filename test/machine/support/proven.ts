import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was proven of a system, best first; the support table tells no more than that. */
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

/** Writes down for `npm run support` that a test has shown this. */
export function proven(proof: Proof): void {
  mkdirSync('dist/support', { recursive: true });
  const name = `${proof.system}-${proof.level}`.replace(/[^a-z0-9]+/gi, '-');
  writeFileSync(join('dist/support', `${name}.json`), JSON.stringify(proof));
}

/** How a tree calls itself. */
export const nameOf = (root: string): string =>
  /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync(join(root, 'usr/lib/os-release'), 'utf8'))?.[1] ?? root;
