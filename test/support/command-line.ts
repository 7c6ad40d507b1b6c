import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Starting {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as an unprivileged user, even if root runs the tests. */
  readonly as?: 'nobody';
}

/** The agent as one file, if the suite bundled it: it starts in a third of the time of its sources. */
export const main = process.env.BOOTAGENT_BUNDLE ?? join(import.meta.dirname, '../../agent/main.ts');

/** The command that starts the agent: from its sources, or the binary that the environment names. */
export const agent: readonly string[] = process.env.BOOTAGENT_BINARY
  ? [resolve(process.env.BOOTAGENT_BINARY)]
  : [process.execPath, main];

/** Runs the command line as a separate process, as users and units do. */
export function bootagent(args: readonly string[], { input, env = {}, as }: Starting = {}): Promise<Ended> {
  const own = [...agent, ...args];
  // A user namespace without a mapping: the same files, but the process has the overflow uid (nobody).
  const [program = '', ...words] = as === 'nobody' && process.getuid?.() === 0 ? ['unshare', '--user', ...own] : own;
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...rest } = process.env;
  const child = spawn(program, words, { env: { ...rest, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  child.stdin.on('error', () => {}).end(input ?? '');
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}
