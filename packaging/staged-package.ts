import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Architecture, architectures, libatomicFor } from './runtimes.ts';
import { stage } from './stage.ts';

/** What both kinds of package are made from. */
export interface StagedPackage {
  readonly version: string;
  /** The version inside the executable. */
  readonly builtVersion: string;
  /** The version of Node inside the executable. */
  readonly nodeVersion: string;
  /** Seconds since the epoch: the time of every file, so that the same commit gives the same bytes. */
  readonly epoch: number;
  /** A scratch folder that is removed when the process ends. */
  readonly work: string;
  /** The files to install. */
  readonly tree: string;
}

/** Writes the output of `npm run build` as a tree to install. */
export function stagedPackage(architecture: Architecture, version: string | undefined): StagedPackage {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const name = architecture === 'x64' ? 'bootagent' : `bootagent-${architectures[architecture].rpm}`;
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? lastCommit());
  // A separate directory: two suites may build packages at the same time.
  mkdirSync('dist/build', { recursive: true });
  const work = mkdtempSync(resolve('dist/build/package-'));
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  const tree = join(work, 'tree');
  const executable = join('dist', name);
  stage(tree, { executable, libatomic: libatomicFor(architecture), parts: join('dist', `${name}.cdx.json`) }, epoch);
  return {
    version: version ?? manifest.version,
    builtVersion: manifest.version,
    nodeVersion: manifest.optionalDependencies[`node-linux-${architecture}`],
    epoch,
    work,
    tree,
  };
}

/** Returns the time of the last commit, in seconds since the epoch. */
function lastCommit(): string {
  return execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }).trim();
}
