import { closeSync, constants, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { exit } from '../../base/exit-codes.ts';
import { ownPaths } from '../../base/own-paths.ts';
import { writeAll } from '../../base/write-all.ts';
import { forgetSafeFolders } from '../../host/safe-folders.ts';
import { isServedAlike, moveTo } from '../../host/unit-process.ts';
import { startOf } from '../../state/lock.ts';
import { isNothingDue } from '../../state/markers.ts';
import type { Io } from '../io.ts';

const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants;
const folder = ownPaths.stageServer;
const waits = `${folder}/waits`;
const asked = `${folder}/asked`;
/** The pipes through which later units receive output, named after the first stage of each. */
const units = ['early', 'final'] as const;
const patienceMs = 10 * 60_000;

/** A request of a unit to run stages. */
interface Turn {
  readonly argv: readonly string[];
  say(text: string): void;
  end(code: number): void;
}

/**
 * Runs all stages of a boot in one process: starting another takes longer than most stages. Reports the end of the stage to the
 * unit of the first one, and waits for the next request. systemd/reuse-agent is the other half.
 */
export async function serveStages(
  first: number,
  around: Io,
  run: (argv: readonly string[], around: Io) => Promise<number>,
): Promise<number> {
  // The handler stays installed: without it, a late signal would end the process.
  process.on('SIGUSR2', () => wake());
  const told = Number(around.env.BOOTAGENT_STAGE_SERVER);
  let code = first;
  let end: (() => void) | undefined = () => writeAll(told, `${code}\n`);
  const ending = (): void => {
    end?.();
    end = undefined;
  };
  try {
    for (const pipes = keptOpen(); pipes.has('final') && isMoreDue(code); ) {
      const turn = await nextTurn(pipes, ending);
      if (!turn) return code;
      forgetSafeFolders();
      // Shows the current stage in process lists; the process was started for another one.
      process.title = `bootagent ${turn.argv.join(' ')}`;
      code = await run(turn.argv, { ...around, out: turn.say, err: turn.say });
      end = () => turn.end(code);
    }
  } catch {
    // This process cannot receive requests: the next unit starts its own agent, and this one is not affected.
  }
  ending();
  return code;
}

/** Opens both ends of each pipe: when this process ends, even by a signal, each reader gets an end of file. */
function keptOpen(): Map<string, number> {
  const there = units.filter((unit) => existsSync(`${folder}/${unit}`));
  return new Map(there.map((unit) => [unit, openSync(`${folder}/${unit}`, O_RDWR | O_NONBLOCK)]));
}

/** Returns whether to wait for more requests. When a unit fails, systemd ends all its processes. */
const isMoreDue = (code: number): boolean => (code === exit.done || code === exit.problems) && !isNothingDue('/');

/** Returns the next request; undefined if none comes, or if the requesting unit has other variables, limits or rights. */
async function nextTurn(pipes: Map<string, number>, ready: () => void): Promise<Turn | undefined> {
  const words = await wordsOfNext(ready);
  if (!words) {
    rmSync(waits, { force: true });
    return undefined;
  }
  const [shell = '', , ...argv] = words;
  const unit = argv[1] ?? '';
  const path = `${folder}/${unit}`;
  const pipe = openSync(path, O_WRONLY | O_NONBLOCK);
  // From here on only the unit reads from the pipe, so that a write fails after the unit has ended.
  closeSync(pipes.get(unit) ?? -1);
  pipes.delete(unit);
  rmSync(path);
  const end = (code: number | 'other'): void => {
    try {
      writeFileSync(`${path}.code`, `${code}\n`, { mode: 0o600 });
    } finally {
      closeSync(pipe);
    }
  };
  // A setting of one unit alone must apply to the stages of that unit.
  const isOurs = isServedAlike(shell) && moveTo(shell);
  if (!isOurs) end('other');
  // While this file exists, the unit can still start its own agent.
  rmSync(waits);
  return isOurs ? { argv, say: (text) => writeAll(pipe, text), end } : undefined;
}

/** Returns the words of the next request, or undefined if none arrived within the time limit. */
async function wordsOfNext(ready: () => void): Promise<readonly string[] | undefined> {
  rmSync(asked, { force: true });
  let call = called();
  writeFileSync(waits, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o600 });
  ready();
  for (let late = 0; late < 2; call = called()) {
    if ((await call) === 'late') late++;
    const line = existsSync(asked) ? readFileSync(asked, 'utf8') : '';
    if (line.endsWith('\n')) return line.trim().split(' ');
    // A unit that has just begun to write will send a signal.
    if (late > 0 && closed()) return undefined;
  }
  return undefined;
}

let wake = (): void => {};

function called(): Promise<'called' | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'called' | 'late'>();
  const timer = setTimeout(() => resolve('late'), patienceMs);
  wake = () => {
    clearTimeout(timer);
    resolve('called');
  };
  return promise;
}

/**
 * Creates the request file, and returns whether this process may end. The first to create it continues: this process, which
 * ends, or a unit, which then relies on this process.
 */
function closed(): boolean {
  try {
    writeFileSync(asked, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
