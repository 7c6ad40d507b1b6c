import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Returns why no network namespace is possible here, or undefined if one is. */
export function missingNetns(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    const name = `ba-try-${process.pid}`;
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch {
    return 'needs iproute2 and the right to make network namespaces';
  }
}

/** A network namespace, which can use addresses that belong to others elsewhere. */
export interface Netns {
  readonly name: string;
  /** Runs `ip` within it. */
  ip(...words: readonly string[]): void;
  /** Starts a script within it, whose output lines can be waited for. */
  start(script: string, given: unknown, env?: Readonly<Record<string, string>>): Process;
  /** Starts any program within it, by its arguments. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Process;
}

export interface Process {
  readonly lines: readonly string[];
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** Returns the first line that matches, past or future; fails if the process ends without one. */
  line(pattern: RegExp): Promise<string>;
}

let made = 0;

/** Creates this many namespaces, passes them to `work`, and removes everything made in them. */
export async function withNetns(count: number, work: (...all: readonly Netns[]) => Promise<void>): Promise<void> {
  const children: ChildProcess[] = [];
  const names = Array.from({ length: count }, () => `ba-${process.pid}-${made++}`);
  try {
    for (const name of names) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    await work(...names.map((name) => netns(name, children)));
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const name of names) ip('netns', 'del', name);
  }
}

function netns(name: string, children: ChildProcess[]): Netns {
  const run: Netns['run'] = (words, env = {}) => {
    const child = spawn('ip', ['netns', 'exec', name, ...words], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return processOf(child);
  };
  return {
    name,
    ip: (...words) => ip('-n', name, ...words),
    start: (script, given, env) =>
      run([process.execPath, new URL(script, import.meta.url).pathname, JSON.stringify(given)], env),
    run,
  };
}

function processOf(child: ChildProcess): Process {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = (): void => {
    for (const each of waiting) each();
  };
  if (child.stdout) {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      wake();
    });
  }
  child.on('close', () => {
    ended = true;
    wake();
  });
  return {
    lines,
    ended: new Promise((resolve) => child.on('close', resolve)),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined && !ended) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error(`ended without ${pattern}: ${lines.join(' | ')}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
