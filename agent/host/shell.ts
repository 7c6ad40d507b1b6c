import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { ShellEnd, ShellEvent, ShellList } from './host.ts';
import { normalPriority } from './priority.ts';
import { endGroup, environment } from './processes.ts';
import { forgetSafeFolders } from './safe-folders.ts';
import { logs, openLog, type ShellLog } from './shell-log.ts';

const work = '/var/lib/bootagent/scripts';

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
  const path = `${logs}/${script.name}.log`;
  const log = openLog(path);
  const child = start(script, path);
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
    const { code, open } = await follow(child, log, tell);
    const shutdown = (await down) ?? false;
    // The shell ended inside an item: by `exit`, by `set -e`, by a signal. That item has ended with it.
    if (open && !shutdown) {
      await tell({ event: 'ended', item: open.item, code, ms: Date.now() - open.since, tail: await log.tail() });
    }
    const signal = open && code > 128 ? signals[code - 128] : undefined;
    return { code, ...(signal && { signal }), ...(timedOut ? { timedOut } : {}), log: path, shutdown };
  } catch (error) {
    end();
    throw error;
  } finally {
    clearTimeout(timer);
    // What does not listen is ended before we are: nobody else would do it.
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

/** What the items leave running keeps the shell's descriptors; it is not waited for. */
function letGo(child: ChildProcess): void {
  for (const stream of child.stdio.slice(8)) stream?.destroy();
  child.unref();
}

function start(script: ShellList, log: string): ChildProcess {
  const { shell, env = {} } = script;
  const list = write(script);
  // The output goes through a pipe, as `> /dev/stderr` empties a file; `cat` reads on for what is left running.
  const run = shell === 'bash' ? `(exec -a sh /bin/bash ${list})` : `/bin/sh ${list}`;
  // Told to end, it still says how the list ended, though nobody reads its other words by then; and a log that cannot
  // be written costs no item its run.
  const whole = `{ trap : TERM PIPE; ${run}; echo "exit $?" >&8; } 2>&1 | { cat >>${log} || cat >/dev/null; } 8>&- 9<&-`;
  const ignored = Array.from({ length: 8 }, () => 'ignore' as const);

  return normalPriority(() =>
    spawn(shell === 'bash' ? '/bin/bash' : '/bin/sh', ['-c', whole], {
      env: { ...environment, LC_ALL: '', LANG: 'C.UTF-8', ...env },
      cwd: '/',
      detached: true,
      stdio: [...ignored, 'pipe', 'pipe'],
    }),
  );
}

/** The list as shell text: each item a file that is read in, so that a syntax error stays its own. */
function write({ name, items, before = '', from = 0, stopOnError = false }: ShellList): string {
  const folder = `${work}/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stop = stopOnError ? '[ $__bootagent = 0 ] || exit $__bootagent; ' : '';
  const turns = items.flatMap((text, index) => {
    if (index < from) return [];
    writeFileSync(`${folder}/${index}`, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
    return [
      `echo began ${index} >&8; read __bootagent <&9 || exit 1`,
      `command . ${folder}/${index} </dev/null 7>&- 8>&- 9<&-`,
      `__bootagent=$?; echo "== item ${index + 1} of ${items.length} ended with $__bootagent" >&7`,
      `echo ended ${index} $__bootagent >&8; ${stop}read __bootagent <&9 || exit 1`,
    ];
  });
  writeFileSync(`${folder}/list`, `exec 7>&1\n${before}\n${turns.join('\n')}\nexit 0\n`, { mode: 0o600 });
  return `${folder}/list`;
}

interface Following {
  readonly code: number;
  /** The item the shell ended in, if it ended in one. */
  readonly open: { readonly item: number; readonly since: number } | undefined;
}

/** Hears the shell out. */
async function follow(
  child: ChildProcess,
  log: ShellLog,
  tell: (event: ShellEvent) => Promise<void>,
): Promise<Following> {
  // The types of Node know of five descriptors; these two were asked for as pipes in start().
  const [said, answer] = child.stdio.slice(8) as unknown as [Readable, Writable];
  answer.on('error', () => {}); // it may end while we answer
  child.on('error', () => said.destroy());
  let open: Following['open'];
  let rest = '';
  for await (const chunk of said) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [word, first, code] = line.split(' ');
      const item = Number(first);
      if (word === 'exit') return { code: item, open };
      if (word === 'began') {
        await tell({ event: 'began', item });
        open = { item, since: Date.now() };
      } else if (open) {
        const ms = Date.now() - open.since;
        await tell({ event: 'ended', item, code: Number(code), ms, tail: await log.tail(`== item ${item + 1} of `) });
        open = undefined;
      }
      answer.write('\n');
    }
  }
  return { code: 137, open }; // the whole group was ended
}
