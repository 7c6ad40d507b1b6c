import { exit } from '../base/exit-codes.ts';
import { Problem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';
import { runSession } from '../boot/run-session.ts';
import { type Schedule, type Stage, stages } from '../engine/module.ts';
import type { Facts } from '../facts/facts.ts';
import type { RunResult } from '../report/event.ts';
import type { Invocation } from './command.ts';
import { fileNamed, inputOf } from './input.ts';
import { folder, machineOf } from './machine.ts';
import { unknown } from './parse.ts';

export async function run(given: Invocation, io: Io): Promise<number> {
  const { options } = given;
  const host = machineOf(given);
  // With --root, a run takes the facts of the machine that the tree is for; otherwise --facts plans for another machine.
  const isForTree = host.offline && options.facts !== undefined && options['dry-run'] === undefined;
  const dry = options['dry-run'] !== undefined || (options.facts !== undefined && !isForTree);
  if (!dry && options['as-new'] !== undefined) {
    throw new Problem('bad-invocation', '--as-new only shows what a first boot would do', {
      hint: 'Use "bootagent plan --as-new".',
    });
  }
  const schedule = await io.schedule();
  const wanted = stagesOf(given.args);
  const only = options.only === undefined ? undefined : modulesOf(options.only, schedule);
  await checkNames(options);
  const facts = options.facts === undefined ? undefined : await factsIn(options.facts, io);
  const file = options['user-data'];
  const userData = file === undefined ? undefined : await inputOf('--user-data', file, io);
  if (!dry && !host.offline && !host.privileged) {
    throw new Problem('needs-root', 'Only root may change this machine; nothing was touched');
  }
  const result = await runSession(
    {
      host,
      schedule,
      stages: wanted,
      only,
      dry,
      facts: isForTree ? undefined : facts,
      machineFacts: isForTree ? facts : undefined,
      userData,
      userDataFile: fileNamed(file),
      identity: isForTree ? withoutFacts(options) : options,
      force: options.force !== undefined,
      retryFailed: options['retry-failed'] !== undefined,
      debug: options.debug !== undefined,
      json: options.format === 'json',
    },
    io,
  );
  return result === 'disabled' ? exit.disabled : codeOf(result, dry && options['detailed-exitcode'] !== undefined);
}

const withoutFacts = ({ facts: _, ...rest }: Invocation['options']): Invocation['options'] => rest;

function stagesOf(args: readonly string[]): readonly Stage[] {
  const wrong = args.find((each) => !stages.some((stage) => stage === each));
  if (wrong !== undefined) throw unknown('stage', wrong, stages, '');
  return args.length === 0 ? stages : stages.filter((stage) => args.includes(stage));
}

function modulesOf(words: string, schedule: Schedule): readonly string[] {
  const names = Object.values(schedule)
    .flat()
    .map(({ name }) => name);
  const wanted = words.split(',').map((word) => word.trim());
  const wrong = wanted.find((each) => !names.includes(each));
  if (wrong !== undefined) throw unknown('module', wrong, names, '');
  return wanted;
}

/** Reports a wrong name or path before anything else is read. */
async function checkNames({ datasource, seed }: Invocation['options']): Promise<void> {
  if (datasource !== undefined) {
    const { datasources } = await import('../datasources/index.ts');
    const names = datasources.flatMap(({ name, alias }) => [name, alias]);
    if (!names.includes(datasource)) throw unknown('datasource', datasource, names, '');
  }
  if (seed !== undefined) folder('--seed', seed);
}

async function factsIn(path: string, around: Io): Promise<Facts> {
  const text = new TextDecoder().decode(await inputOf('--facts', path, around));
  try {
    const value: unknown = JSON.parse(text);
    // The output of "bootagent facts"; the facts that every plan needs are checked by name.
    const facts = (typeof value === 'object' && value !== null && 'facts' in value ? value.facts : value) as Facts;
    for (const key of ['cpus', 'memoryKiB', 'network', 'mounts', 'os', 'platform'] as const) {
      if (facts?.[key] === undefined) throw new Error(`it has no "${key}"`);
    }
    return facts;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it is not JSON' : String((cause as Error).message);
    throw new Problem('bad-input', `--facts ${path}: ${why}`, {
      hint: 'Make it with "bootagent facts > FILE" on that machine.',
      cause,
    });
  }
}

function codeOf({ state, changes }: RunResult, detailed: boolean): number {
  if (state === 'failed') return exit.failed;
  if (state === 'problems') return exit.problems;
  return detailed && changes > 0 ? exit.due : exit.done;
}
