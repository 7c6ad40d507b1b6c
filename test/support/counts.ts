import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const repository = join(import.meta.dirname, '../..');

/** The number of tests of each file. `npm run test:counts` writes it, so that a review shows tests that were removed. */
export const countsPath = process.env.BOOTAGENT_TEST_COUNTS ?? join(repository, 'test/counts.json');

/** What was observed of a file while it ran. */
export interface RanFile {
  tests: number;
  ms: number;
  skipped: boolean;
  /** One of its tests or suites failed. */
  failed: boolean;
  /** It ran to its end: Node's summary of it was received. */
  ended: boolean;
  /** The ids of its suites. A test inside another test is part of that one, and is not counted. */
  readonly suites: Set<number>;
  noteStderr(text: string): void;
  /** Returns the end of the standard error of its process. */
  stderr(): string;
}

export function countOf(files: Map<string, RanFile>, path: string): RanFile {
  // Output of a file is reported with its path as given, its tests with the absolute path.
  const file = resolve(path);
  const known = files.get(file);
  if (known) return known;
  let stderr = '';
  const ran: RanFile = {
    ...{ tests: 0, ms: 0, skipped: false, failed: false, ended: false, suites: new Set<number>() },
    noteStderr(text) {
      stderr = (stderr + text).slice(-4_000);
    },
    stderr: () => stderr.trim(),
  };
  files.set(file, ran);
  return ran;
}

export const readCounts = (): Readonly<Record<string, number>> =>
  existsSync(countsPath) ? JSON.parse(readFileSync(countsPath, 'utf8')) : {};

/** Returns the problems with the number of tests that ran, even if none of them failed. */
export function compareCounts(files: ReadonlyMap<string, RanFile>): string[] {
  const partial = process.env.BOOTAGENT_TEST_PARTIAL !== undefined;
  if (files.size === 0) return ['no test file ran'];
  if (partial && [...files.values()].every(({ tests, skipped }) => tests === 0 && !skipped))
    return ['no test has that name'];
  const recorded = readCounts();
  return [...files].flatMap(([file, { tests, skipped, failed, ended, stderr }]) => {
    if (failed) return [];
    const name = relative(repository, file);
    if (!ended && !partial)
      return [`${name}: no test was reported: it has none, or ends the process (process.exit)\n${stderr()}`];
    const wanted = recorded[name] ?? 0;
    if (partial || skipped || tests >= wanted) return [];
    return [
      `${name}: ${tests} tests ran, ${wanted} are recorded in test/counts.json; "npm run test:counts" records anew`,
    ];
  });
}
