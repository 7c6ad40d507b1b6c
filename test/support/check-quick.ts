import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';
import { changedFiles } from './changes.ts';

/**
 * `npm run check:quick`: checks the format and lint of the changed files, the types and the generated pages, and runs the unit
 * tests of the change: changed test files, test files that import a changed file, and test files of the same name in the mirrored
 * directory.
 */
const changed = changedFiles();
const tests = globSync('test/**/*.test.ts').filter((path) => changed.some((each) => belongs(path, each)));

const linted = changed.filter((path) => /\.(ts|json)$/.test(path) && path !== 'package-lock.json');
const failed = [
  linted.length > 0 && run('biome', 'check', '--error-on-warnings', '--no-errors-on-unmatched', ...linted),
  run('tsc', '-p', '.'),
  run(process.execPath, 'packaging/manual/write.ts', '--check'),
  tests.length > 0 && run(process.execPath, 'test/support/run-suite.ts', 'unit', ...tests),
].some((status) => status !== false && status !== 0);
console.log(`${changed.length} changed files, ${tests.length} test files${failed ? ': FAILED' : ''}`);
process.exitCode = failed ? 1 : 0;

function belongs(test: string, source: string): boolean {
  if (test === source) return true;
  if (!source.endsWith('.ts')) return false;
  const mirrored = join('test', source.replace(/^agent\//, ''));
  if (test === mirrored.replace(/\.ts$/, '.test.ts')) return true;
  // A module directory has one test file of its name.
  if (/^modules\/[\w-]+\//.test(source) && test === `${dirname(mirrored)}.test.ts`) return true;
  if (!existsSync(source)) return false;
  const name = basename(source).replace('.', '\\.');
  const specifiers = readFileSync(test, 'utf8').matchAll(new RegExp(`from '(\\.[^']*/${name})'`, 'g'));
  return [...specifiers].some(([, specifier = '']) => join(dirname(test), specifier) === source);
}

function run(program: string, ...args: readonly string[]): number {
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
}
