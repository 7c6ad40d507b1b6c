import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Mutant, mutated } from './mutants.ts';

/** How a mutant ended: by which test, or after how many of the tests that reach it. */
export type Verdict =
  | { readonly is: 'killed'; readonly by: string }
  | { readonly is: 'survived'; readonly ran: number; readonly of: number };

/** A copy of the project in which one mutant at a time is tried; the working tree is never changed. */
export interface Copy {
  try(mutant: Mutant, tests: readonly string[], seconds: number): Promise<Verdict>;
  remove(): void;
}

/** The time limit of one test file, for mutants that never end. On a busy machine a file takes many times its usual second. */
const mostSeconds = 60;

/** What each test file does with the unchanged source, of all copies: only a test that passes can kill a mutant. */
const unchanged = new Map<string, 'passes' | 'fails' | 'is too slow'>();

export function copyOfProject(): Copy {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-mutation-'));
  const left = ['node_modules', '.git', 'dist', 'bench'];
  cpSync('.', root, { recursive: true, filter: (path) => !left.includes(path) });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));

  async function isSound(test: string): Promise<boolean> {
    const ended = await run(root, test, mostSeconds);
    const known = ended === 'late' ? 'is too slow' : ended === 'passed' ? 'passes' : 'fails';
    unchanged.set(test, known);
    return known === 'passes';
  }

  return {
    remove: () => rmSync(root, { recursive: true, force: true }),

    async try(mutant, tests, seconds) {
      const path = join(root, mutant.file);
      const source = readFileSync(path, 'utf8');
      const ends = performance.now() + seconds * 1000;
      let ran = 0;
      for (const test of tests) {
        const known = unchanged.get(test) ?? 'passes';
        if (known !== 'passes') continue;
        if (performance.now() > ends) break;
        writeFileSync(path, mutated(source, mutant));
        const ended = await run(root, test, mostSeconds).finally(() => writeFileSync(path, source));
        // A test that does not end kills the mutant as well, unless it is as slow without it.
        if (ended !== 'passed' && (unchanged.has(test) || (await isSound(test)))) return { is: 'killed', by: test };
        if (ended === 'passed') ran++;
      }
      return { is: 'survived', ran, of: tests.length };
    },
  };
}

async function run(root: string, test: string, seconds: number): Promise<'passed' | 'failed' | 'late'> {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, CI: undefined };
  const child = spawn(process.execPath, ['--test-reporter=dot', test], {
    cwd: root,
    env,
    stdio: 'ignore',
    detached: true,
  });
  let isLate = false;
  const stop = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, seconds * 1000);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(stop);
  return isLate ? 'late' : code === 0 ? 'passed' : 'failed';
}
