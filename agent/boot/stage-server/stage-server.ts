import { closeSync, constants, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { exit } from '../../base/exit-codes.ts';
import { ownPaths } from '../../base/own-paths.ts';
import { writeAll } from '../../base/write-all.ts';
import { lowerPriority } from '../../host/priority.ts';
import { forgetSafeFolders } from '../../host/safe-folders.ts';
import { isServedAlike, moveTo } from '../../host/unit-process.ts';
import { startOf } from '../../state/lock.ts';
import { isNothingDue } from '../../state/markers.ts';
import type { Io } from '../io.ts';

const { O_NONBLOCK, O_RDWR, O_WRONLY } = constants;
const folder = ownPaths.stageServer;
const waits = `${folder}/waits`;
const asked = `${folder}/asked`;
/** The pipes by which later units hear what we say, called after the first stage of each. */
const units = ['early', 'final'] as const;
const patienceMs = 10 * 60_000;

/** A stage that a unit asks us for. */
interface Turn {
  readonly argv: readonly string[];
  say(text: string): void;
  end(code: number): void;
}

/**
 * One process does all stages of a boot: to start another takes longer than most of them. It tells the unit of the first
 * that its stage is done, and waits for the next to ask. See systemd/reuse-agent, which is the other half of this.
 */
export async function serveStages(
  first: number,
  around: Io,
  run: (argv: readonly string[], around: Io) => Promise<number>,
): Promise<number> {
  // It stays: without it, a call that comes late would be our end.
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
      if (turn.argv.includes('final')) lowerPriority('usual');
      // For who looks what takes so long: it began as another stage.
      process.title = `bootagent ${turn.argv.join(' ')}`;
      code = await run(turn.argv, { ...around, out: turn.say, err: turn.say });
      end = () => turn.end(code);
    }
  } catch {
    // We cannot be asked, which costs the next unit a start, and this one nothing.
  }
  ending();
  lowerPriority('last');
  return code;
}

/** By both ends: whoever reads from one hears of our end, also where we cannot tell of it. */
function keptOpen(): Map<string, number> {
  const there = units.filter((unit) => existsSync(`${folder}/${unit}`));
  return new Map(there.map((unit) => [unit, openSync(`${folder}/${unit}`, O_RDWR | O_NONBLOCK)]));
}

/** A unit that fails takes all its processes along. */
const isMoreDue = (code: number): boolean => (code === exit.done || code === exit.problems) && !isNothingDue('/');

/** Undefined where nobody asks, and where whoever asks is not served as we are. */
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
  // From here on nobody but the unit reads from it, so that we hear where it has ended.
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
  // Whoever set something for one of the units alone wants it there.
  const isOurs = isServedAlike(shell) && moveTo(shell);
  if (!isOurs) end('other');
  // As long as it is there, the unit can still start its own.
  rmSync(waits);
  return isOurs ? { argv, say: (text) => writeAll(pipe, text), end } : undefined;
}

/** What a unit asks for, or undefined where none has asked for so long that none will. */
async function wordsOfNext(ready: () => void): Promise<readonly string[] | undefined> {
  rmSync(asked, { force: true });
  let call = called();
  writeFileSync(waits, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o600 });
  ready();
  for (let late = 0; late < 2; call = called()) {
    if ((await call) === 'late') late++;
    const line = existsSync(asked) ? readFileSync(asked, 'utf8') : '';
    if (line.endsWith('\n')) return line.trim().split(' ');
    // One that has just begun to write will call.
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

/** Whoever makes this file first goes on: we, who leave, or a unit, which counts on us then. */
function closed(): boolean {
  try {
    writeFileSync(asked, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
