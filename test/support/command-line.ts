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
  /** As somebody who is not root, whoever runs the tests. */
  readonly as?: 'nobody';
}

export const main = join(import.meta.dirname, '../../agent/main.ts');

/** The words that start the agent: from its sources, or a binary where the environment names one. */
export const agent: readonly string[] = process.env.BOOTAGENT_BINARY
  ? [resolve(process.env.BOOTAGENT_BINARY)]
  : [process.execPath, main];

/** Runs the command line as a process of its own, as people and units do. */
export function bootagent(args: readonly string[], { input, env = {}, as }: Starting = {}): Promise<Ended> {
  const own = [...agent, ...args];
  // A user namespace without a mapping: the same files, and nobody's number.
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
