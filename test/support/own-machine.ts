import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, main } from './command-line.ts';

/**
 * Where the agent writes during a run of scripts. The test mounts a directory of its own over each, in a private mount namespace.
 */
const places = ['/var/lib/bootagent', '/var/log/bootagent', '/run/bootagent', '/etc/bootagent', '/usr/lib/bootagent'];

export interface OwnMachine {
  /** Runs bootagent on this machine, with the test's directories in place of the real ones. */
  run(args: readonly string[], how?: { input?: string; env?: Record<string, string>; before?: string }): Running;
  /** Returns the content of this path below one of the directories. */
  read(path: string): string;
  list(path: string): string[];
  write(path: string, text: string): void;
  [Symbol.dispose](): void;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

export function ownMachine(): OwnMachine {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-own-'));
  const at = (path: string) => join(folder, path);
  for (const place of places) mkdirSync(at(place), { recursive: true });
  writeFileSync(at('/var/lib/bootagent/fresh'), '');
  const mounts = places.map((place) => `mkdir -p ${place} && mount --bind ${at(place)} ${place}`);
  return {
    run(args, { input = '', env = {}, before = ':' } = {}) {
      const text = [...mounts, before, 'exec "$@"'].join(' && ');
      const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...rest } = process.env;
      const child = spawn('unshare', ['--mount', 'sh', '-c', text, 'sh', process.execPath, main, ...args], {
        env: { ...rest, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const said = { out: '', err: '' };
      child.stdout.on('data', (chunk) => {
        said.out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        said.err += chunk;
      });
      child.stdin.on('error', () => {}).end(input);
      const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...said })));
      return { pid: child.pid ?? 0, ended };
    },
    read: (path) => readFileSync(at(path), 'utf8'),
    list: (path) => readdirSync(at(path)).sort(),
    write: (path, text) => writeFileSync(at(path), text),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
