import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Problem } from '../base/problem.ts';
import type { Output, RunOptions } from './host.ts';
import { withPipes } from './piped-input.ts';
import { forgetSafeFolders } from './safe-folders.ts';

/** The environment of child processes: fixed, without inherited variables. */
export const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  HOME: '/root',
} as const;

const mostOutput = 1 << 20;
const defaultTimeoutMs = 120_000;

/** Runs a program until it exits. The exit code is part of the result; throws only on a start failure or a timeout. */
export function runProgram(argv: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { input, timeoutMs = defaultTimeoutMs, env = {} } = options;
  const [program = '', ...args] = input === undefined ? argv : withPipes(argv);
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  const child = spawn(program, args, {
    env: { ...environment, ...env },
    cwd: '/',
    detached: true, // its own process group, so that its child processes can be ended with it
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const stdout = capped(child.stdout);
  const stderr = capped(child.stderr);
  let ending: Promise<void> | undefined;
  const onTimeout = () => {
    ending = endGroup(child);
  };
  const timer = timeoutMs > 0 ? setTimeout(onTimeout, timeoutMs) : undefined;

  child.on('error', (error: NodeJS.ErrnoException) => {
    clearTimeout(timer);
    if (error.code === 'ENOENT') resolve(notInstalled(argv));
    else reject(new Problem('command-failed', `${program} cannot be started: ${error.message}`, { cause: error }));
  });
  child.on('exit', async (code, signal) => {
    clearTimeout(timer);
    await drained(child);
    await ending;
    forgetSafeFolders();
    if (ending) reject(timeout(argv, timeoutMs, lastLines(stderr()) || lastLines(stdout())));
    else if (code === 127 && input !== undefined && stdout() + stderr() === '') resolve(notInstalled(argv));
    else resolve({ code: code ?? 128 + numberOf(signal), stdout: stdout(), stderr: stderr() || (signal ?? '') });
  });
  if (input !== undefined) child.stdin?.on('error', () => {}).end(input); // it may exit before it has read all input
  return promise;
}

const notInstalled = ([program]: readonly string[]): Output => ({
  code: 127,
  stdout: '',
  stderr: `${program}: not installed`,
});

/** Returns the problem of a failed program, with its last output lines. */
export function programProblem(argv: readonly string[], { code, stdout, stderr }: Output): Problem {
  if (code === 127 && stderr.endsWith('not installed'))
    return new Problem('command-missing', `${argv[0]} is not installed`);
  const said = lastLines(stderr) || lastLines(stdout);
  return new Problem('command-failed', `${argv.join(' ')} ended with ${code}`, { stderrTail: said });
}

const graceMs = 2000;

/** Sends SIGTERM to a process group, and SIGKILL two seconds later if processes are left. */
export async function endGroup({ pid }: ChildProcess): Promise<void> {
  for (const name of ['SIGTERM', 'SIGKILL'] as const) {
    if (pid === undefined || !signal(pid, name)) return;
    for (const began = performance.now(); performance.now() - began < graceMs; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!signal(pid, 0)) return;
    }
  }
}

/** Signals a process group; returns whether it still has processes. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

/** Keeps the first `mostOutput` bytes and discards the rest: a program whose output is not read would block. */
function capped(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (length < mostOutput) chunks.push(chunk.subarray(0, mostOutput - length));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString() + (length > mostOutput ? `\n[${length - mostOutput} bytes more]` : '');
}

/** Waits for the remaining output, but at most 200 ms: a daemon that the program started may keep the pipe open. */
function drained(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
    resolve();
  }, 200);
  child.on('close', () => {
    clearTimeout(timer);
    resolve();
  });
  return promise;
}

const timeout = (argv: readonly string[], ms: number, said: string): Problem =>
  new Problem('command-timeout', `${argv.join(' ')} did not end within ${ms / 1000} s`, { stderrTail: said });

export const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' / ').slice(-400);

const numberOf = (signal: NodeJS.Signals | null): number => (signal ? constants.signals[signal] : 0);
