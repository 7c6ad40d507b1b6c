import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { ShellEnd, ShellEvent, ShellList } from './host.ts';
import { endGroup, environment, lastWords } from './processes.ts';

const work = '/var/lib/bootagent/scripts';
const logs = '/var/log/bootagent';
const mostLogged = 1 << 20;

/**
 * Runs the items of a list in one shell, as cloud-config's users rely on: variables and `cd` persist. Between
 * items the shell says where it is on descriptor 8 and waits on 9 until that is on disk; the items themselves
 * see neither. A syntax error in one item does not end the list.
 */
export async function runList(
  script: ShellList,
  tell: (event: ShellEvent) => Promise<void>,
  isGoingDown: () => Promise<boolean>,
): Promise<ShellEnd> {
  const log = `${logs}/${script.name}.log`;
  const child = start(script);
  const output = record(child, log);
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
  child.on('exit', (code, signal) => resolve({ code, signal }));
  child.on('error', () => resolve({ code: 127, signal: null }));

  let terminated: Promise<boolean> | undefined;
  const onTerm = () => {
    terminated ??= isGoingDown();
    terminated.then(() => endGroup(child));
  };
  process.on('SIGTERM', onTerm);
  const timer = script.timeoutMs ? setTimeout(() => endGroup(child), script.timeoutMs) : undefined;
  try {
    const open = await follow(child, output, tell);
    const { code, signal } = await ended;
    const shutdown = (await terminated) ?? false;
    // The shell ended inside an item: by `exit`, by `set -e`, by a signal. That item has ended with it.
    if (open && !shutdown) {
      await tell({
        event: 'ended',
        item: open.item,
        code: code ?? 1,
        ms: Date.now() - open.since,
        tail: await output.tail(),
      });
    }
    return { code: code ?? 1, ...(signal && { signal }), log, shutdown };
  } finally {
    clearTimeout(timer);
    process.off('SIGTERM', onTerm);
    output.close();
    rmSync(`${work}/${script.name}`, { recursive: true, force: true });
  }
}

function start({ name, items, shell, before = '', from = 0, stopOnError = false, env = {} }: ShellList): ChildProcess {
  const folder = `${work}/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const turns = items.flatMap((text, index) => {
    if (index < from) return [];
    writeFileSync(`${folder}/${index}`, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
    return [
      `echo began ${index} >&8; read __bootagent <&9 || exit 1`,
      `command . ${folder}/${index} </dev/null 8>&- 9<&-`,
      `__bootagent=$?; echo ended ${index} $__bootagent >&8; ${stopOnError ? '[ $__bootagent = 0 ] || exit $__bootagent; ' : ''}read __bootagent <&9 || exit 1`,
    ];
  });
  writeFileSync(`${folder}/list`, `${before}\n${turns.join('\n')}\nexit 0\n`, { mode: 0o600 });
  const ignored = Array.from({ length: 5 }, () => 'ignore' as const);
  return spawn(shell === 'bash' ? '/bin/bash' : '/bin/sh', [`${folder}/list`], {
    // Called as sh, bash is what /bin/sh is on the Red Hat family.
    argv0: 'sh',
    env: { ...environment, LC_ALL: '', LANG: 'C.UTF-8', ...env },
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...ignored, 'pipe', 'pipe'],
  });
}

interface Record {
  /** The last words written since the last call, once all that was written is read. */
  tail(): Promise<string>;
  close(): void;
}

/** Appends all output to the log, up to a cap an item, and goes on reading past it: a full pipe would hang the item. */
function record(child: ChildProcess, log: string): Record {
  const fd = openSync(log, 'a', 0o600);
  let recent = '';
  let written = 0;
  let chunks = 0;
  const take = (chunk: Buffer) => {
    chunks++;
    recent = (recent + chunk.toString()).slice(-2000);
    if (written < mostLogged) writeSync(fd, chunk.subarray(0, mostLogged - written));
    written += chunk.length;
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return {
    async tail() {
      for (let seen = -1; seen !== chunks; ) {
        seen = chunks;
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      }
      if (written > mostLogged) writeSync(fd, `\n[${written - mostLogged} bytes more were not kept]\n`);
      const words = lastWords(recent);
      recent = '';
      written = 0;
      return words;
    },
    close() {
      child.stdout?.destroy();
      child.stderr?.destroy();
      closeSync(fd);
    },
  };
}

/** Hears the shell out, and returns the item it ended in, if it ended in one. */
async function follow(
  child: ChildProcess,
  output: Record,
  tell: (event: ShellEvent) => Promise<void>,
): Promise<{ item: number; since: number } | undefined> {
  // The types of Node know of five descriptors; these two were asked for as pipes in start().
  const [said, answer] = child.stdio.slice(8) as unknown as [Readable, Writable];
  answer.on('error', () => {}); // it may end while we answer
  let open: { item: number; since: number } | undefined;
  let rest = '';
  for await (const chunk of said) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [word, item, code] = line.split(' ');
      if (word === 'began') {
        await tell({ event: 'began', item: Number(item) });
        open = { item: Number(item), since: Date.now() };
      } else if (open) {
        const ms = Date.now() - open.since;
        await tell({ event: 'ended', item: Number(item), code: Number(code), ms, tail: await output.tail() });
        open = undefined;
      }
      answer.write('\n');
    }
  }
  return open;
}
