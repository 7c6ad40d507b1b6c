import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ownPaths } from '../base/own-paths.ts';
import type { ShellEnd, ShellEvent, ShellList } from './host.ts';
import { endGroup, environment, lastLines } from './processes.ts';
import { forgetSafeFolders } from './safe-folders.ts';
import { logs, openLog, type ShellLog } from './shell-log.ts';
import { endMarker, shellFiles, withOutput } from './shell-text.ts';
import { systemProblem, withContext } from './with-context.ts';

const work = ownPaths.runningScripts;

/**
 * Runs the items of a list in one shell, so that variables and `cd` persist, as users of cloud-config expect. Between
 * items the shell reports its position on descriptor 8 and waits on 9 until the position is on disk; both are closed
 * in the items. A syntax error in one item does not end the list.
 */
export async function runList(
  script: ShellList,
  tell: (event: ShellEvent) => Promise<void>,
  isGoingDown: () => Promise<boolean>,
): Promise<ShellEnd> {
  const path = `${logs}/${script.name}.log`;
  const log = withContext(`Cannot open ${path}`, () => openLog(path));
  const child = begin(script, path, log);
  let down: Promise<boolean> | undefined;
  let ending: Promise<void> | undefined;
  let timedOut = false;
  const end = () => {
    ending ??= endGroup(child);
  };
  const onTerm = () => {
    down ??= isGoingDown().finally(end);
  };
  const onTimeout = () => {
    timedOut = true;
    end();
  };
  process.on('SIGTERM', onTerm);
  const timer = script.timeoutMs ? setTimeout(onTimeout, script.timeoutMs) : undefined;
  try {
    const report = (event: ShellEvent) =>
      tell(timedOut && event.event === 'ended' ? { ...event, timedOut: true } : event);
    const { code, open } = await follow(child, { script, log, path, tell: report });
    const shutdown = (await down) ?? false;
    // The shell ended inside an item, by `exit`, `set -e` or a signal. The item ended with it.
    if (open && !shutdown) await report(endOf(open, code, path, await log.tail()));
    const signal = open && code > 128 ? signals[code - 128] : undefined;
    return { code, ...(signal && { signal }), ...(timedOut ? { timedOut } : {}), log: path, shutdown };
  } catch (error) {
    end();
    throw error;
  } finally {
    clearTimeout(timer);
    // Processes that ignore SIGTERM must be killed before this process exits: nothing else would end them.
    await ending;
    process.off('SIGTERM', onTerm);
    log.close();
    letGo(child);
    forgetSafeFolders();
    rmSync(`${work}/${script.name}`, { recursive: true, force: true });
  }
}

const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Closes the descriptors without waiting: background processes of the items keep those of the shell open. */
function letGo(child: ChildProcess): void {
  for (const stream of child.stdio.slice(8)) stream?.destroy();
  child.unref();
}

function start(script: ShellList, log: string): ChildProcess {
  const { shell, env = {} } = script;
  const list = write(script);
  // The output passes through a pipe, because `> /dev/stderr` would truncate a file; `cat` reads on for background processes.
  const run = shell === 'bash' ? `(exec -a sh /bin/bash ${list})` : `/bin/sh ${list}`;
  // After SIGTERM or SIGPIPE the shell still reports the exit status of the list. If the log cannot be written, the items
  // run nevertheless.
  const whole = withOutput(`{ trap : TERM PIPE; ${run}; echo "exit $?" >&8; }`, log, script.output);
  const ignored = Array.from({ length: 8 }, () => 'ignore' as const);

  return spawn(shell === 'bash' ? '/bin/bash' : '/bin/sh', ['-c', whole], {
    env: { ...environment, LC_ALL: '', LANG: 'C.UTF-8', ...env },
    cwd: '/',
    detached: true,
    stdio: [...ignored, 'pipe', 'pipe'],
  });
}

/** Starts the list; throws before any item runs if the items cannot be written. */
function begin(script: ShellList, path: string, log: ShellLog): ChildProcess {
  try {
    return withContext(`Cannot write the commands of ${script.name} to ${work}`, () => start(script, path));
  } catch (error) {
    log.close();
    rmSync(`${work}/${script.name}`, { recursive: true, force: true });
    throw error;
  }
}

function write(script: ShellList): string {
  const folder = `${work}/${script.name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of shellFiles(script, folder)) writeFileSync(`${folder}/${name}`, text, { mode: 0o600 });
  return `${folder}/list`;
}

interface OpenItem {
  readonly item: number;
  readonly since: number;
}

function endOf({ item, since }: OpenItem, code: number, log: string, output: string): ShellEvent {
  const signal = code > 128 ? signals[code - 128] : undefined;
  const lastLine = output.trim().split('\n').at(-1)?.trim().slice(-mostOfLine) ?? '';
  const times = { code, ms: Date.now() - since };
  return { event: 'ended', item, ...times, tail: lastLines(output), lastLine, ...(signal && { signal }), log };
}

const mostOfLine = 200;

/** Reads the reports of the shell, and answers each after it is on disk. */
async function follow(
  child: ChildProcess,
  {
    script: { name, items, titles },
    log,
    path,
    tell,
  }: {
    readonly script: ShellList;
    readonly log: ShellLog;
    readonly path: string;
    readonly tell: (event: ShellEvent) => Promise<void>;
  },
): Promise<{ readonly code: number; readonly open: OpenItem | undefined }> {
  // The types of Node cover five descriptors; start() opens these two as pipes.
  const [said, answer] = child.stdio.slice(8) as unknown as [Readable, Writable];
  answer.on('error', () => {}); // the shell may exit before it reads the answer
  let unstarted: Error | undefined;
  child.on('error', (error) => {
    unstarted = error;
    said.destroy();
  });
  let open: OpenItem | undefined;
  let rest = '';
  try {
    for await (const chunk of said) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [word, first, code] = line.split(' ');
        const item = Number(first);
        if (word === 'exit') return { code: item, open };
        if (word === 'began') {
          await tell({ event: 'began', item });
          log.begin(titles?.[item] ?? `${name}[${item}] (${item + 1} of ${items.length})`);
          open = { item, since: Date.now() };
        } else if (open) {
          const output = await log.tail(endMarker(item, items.length));
          await tell(endOf(open, Number(code), path, output));
          open = undefined;
        }
        answer.write('\n');
      }
    }
  } catch (error) {
    if (!unstarted) throw error;
  }
  if (unstarted) throw systemProblem('Cannot start the shell', unstarted, 'command-failed');
  return { code: 137, open }; // the whole process group was killed
}
