import { asProblem, Problem } from '../base/problem.ts';
import { keepNetwork, markLack, watched, withMissed } from '../boot/skip-unchanged/assumed-network.ts';
import { type Due, nothingDue } from '../boot/skip-unchanged/find-due.ts';
import { type Boot, runStages } from '../boot/stages/run-stages.ts';
import { kernelWords } from '../config/kernel-options.ts';
import { layerFiles } from '../config/layers.ts';
import { settingsOf } from '../config/load-settings.ts';
import { type Schedule, type Stage, stages } from '../engine/module.ts';
import { foresight } from '../engine/overlay-host.ts';
import type { Facts } from '../facts/facts.ts';
import { gatherFacts } from '../facts/gather.ts';
import type { Host } from '../host/host.ts';
import { identifier } from '../identity/resolve.ts';
import { cloudInitStarts } from '../image/cloud-init.ts';
import type { RunResult } from '../report/event.ts';
import { type Reporting, reporting } from '../report/reporting.ts';
import { folderStore, readOnly } from '../state/folder-store.ts';
import { bootId, lock } from '../state/lock.ts';
import { leaveMark, networkMark, nothingDueMark } from '../state/markers.ts';
import { openState, type State } from '../state/state.ts';
import { memoryStore } from '../state/store.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { exit, type Invocation, type Surroundings } from './command.ts';
import { inputOf } from './input.ts';
import { folder, machineOf, thisMachine } from './machine.ts';
import { unknown } from './parse.ts';

export async function run(given: Invocation, around: Surroundings): Promise<number> {
  const { options } = given;
  const host = machineOf(given);
  const dry = options['dry-run'] !== undefined || options.facts !== undefined;
  if (!dry && options['as-new'] !== undefined) {
    throw new Problem('bad-invocation', '--as-new only shows what a first boot would do', {
      hint: 'Use "bootagent plan --as-new".',
    });
  }
  const schedule = await around.schedule();
  const asked = stagesOf(given.args);
  const only = options.only === undefined ? undefined : modulesOf(options.only, schedule);
  await checkNames(options);
  const supposed = options.facts === undefined ? undefined : await factsIn(options.facts, around);
  const userData =
    options['user-data'] === undefined ? undefined : await inputOf('--user-data', options['user-data'], around);
  if (!dry && !host.offline && !host.privileged) {
    throw new Problem('needs-root', 'Only root may change this machine; nothing was touched');
  }

  const kernel = kernelWords((await thisMachine().readText('/proc/cmdline')) ?? '');
  const off = await whyOff(host, kernel.off);
  const debug = options.debug !== undefined || kernel.debug;
  const report = reporting(
    {
      ...around,
      colour: around.terminal && !around.env.NO_COLOR,
      unit: isUnit(around),
      json: options.format === 'json',
      dry,
      debug,
    },
    host,
  );
  if (off && !dry && options.force === undefined) {
    report.disabled(off);
    if (isUnit(around)) leaveMark(nothingDueMark, host.root);
    return exit.disabled;
  }

  let release = dry ? () => {} : await lock(host.root, isUnit(around) ? 'wait' : 'refuse');
  try {
    const unit = !dry && isUnit(around);
    const wanted = unit ? withMissed(asked, host) : asked;
    let facts: Facts | undefined;
    let lacked = false;
    const look = async (unchanged = false) => {
      // A preview changes nothing that a later stage could see.
      if (!dry || !facts) facts = supposed ?? (await gatherFacts(thisMachine(), host, unchanged ? facts : undefined));
      return watched(facts, () => {
        lacked = true;
      });
    };
    const disk = folderStore(host.root);
    const state = openState(
      options['as-new'] !== undefined || supposed ? memoryStore(new Map([['fresh', '']])) : dry ? readOnly(disk) : disk,
    );
    for (const { code, text } of state.told) report.warn(code, text);
    if (state.cut !== undefined && !dry) report.note(`The last run was cut off in ${state.cut}; it goes on from there`);
    if (state.inService() && !dry && !host.offline) keepInService(state, report);
    const beside = wanted.includes('local') && !supposed && (await host.stat('/usr/bin/cloud-init')) !== undefined;
    if (beside && (await cloudInitStarts(host))) {
      const text = 'cloud-init starts on this machine too: remove it, or "touch /etc/cloud/cloud-init.disabled"';
      report.report({ event: 'note', level: 'warning', text });
    }
    const layers = await layerFiles(host);
    const who = identifier({ host, state, report, userData, given, keeps: !dry });
    const boot = {
      version: around.version,
      schedule,
      settingsOf: settingsOf({
        version: around.version,
        layers,
        store: state.store,
        host,
        warn: ({ code, message }) => report.warn(code, message),
      }),
      state,
      report: report.report,
      secret: report.secret,
      bootId: bootId(),
      act: actOf({ dry, supposed, host }),
      force: options.force !== undefined,
      retryFailed: options['retry-failed'] !== undefined,
      inService: state.inService() && !host.offline && options.force === undefined && userData === undefined,
      ...(only && { only }),
      gatherFacts: look,
      // Who we are does not hang on an address.
      identify: (stage: Stage, seen: Facts, image: () => Promise<Mapping>) => who.identify(stage, facts ?? seen, image),
      now: () => host.now(),
    };
    const result = await runStages(wanted, boot);
    if (!dry && state.cut !== undefined) state.rested(state.cut);
    const seen = facts;
    const comes = unit && !wanted.includes('final');
    let due: Due = wanted.includes('final') ? 'nothing' : 'something';
    if (seen && comes) {
      // A machine that nothing was changed of looks as it did.
      const gathered = result.changes > 0 ? look : async () => seen;
      const outlook = { stages: stagesAfter(wanted), isNobodys: who.isNobodys() };
      if (lacked && wanted.includes('main')) markLack(host.root);
      else due = await nothingDue({ ...boot, gatherFacts: gathered }, host, outlook);
    }
    // The last unit is next, which is the one that is ordered behind a network that is up.
    const isNext = comes && !host.offline && (wanted.includes('main') || due !== 'something');
    if (isNext && due !== 'nothing') await wantNetwork(host);
    if (unit && facts) keepNetwork(facts, state.store);
    report.end(result);
    if (unit && due !== 'something' && result.state === 'done' && !host.offline) {
      const lookAhead = async () => {
        const why = await foreseen(host, boot, given);
        if (why !== undefined && debug) report.note(`The next boot starts the agent: ${why}`);
      };
      // The first stage sees the machine just as that of the next boot will; behind the others, sshd need not wait for it.
      if (wanted.includes('local') || debug) await lookAhead();
      else {
        const unlock = release;
        release = () => {};
        around.later(() => lookAhead().finally(unlock));
      }
    }
    return codeOf(result, dry && options['detailed-exitcode'] !== undefined);
  } finally {
    release();
  }
}

/** The next stage may be a process of its own, and must know it too; that it cannot be kept costs nobody the keys. */
function keepInService(state: State, { warn }: Reporting): void {
  try {
    state.setInService();
  } catch (error) {
    warn(asProblem(error).code, asProblem(error).message);
  }
}

async function wantNetwork(host: Host): Promise<void> {
  try {
    await host.run(['systemctl', '--no-block', 'start', 'network-online.target'], { timeoutMs: 10_000 });
    leaveMark(networkMark, host.root);
  } catch {
    // Without the mark the last unit sees to it itself (systemd/unless-same-address).
  }
}

/** A boot that has nothing more to do looks whether the next has; where that cannot be told, the next looks itself. */
async function foreseen(host: Host, boot: Boot, given: Invocation): Promise<string | undefined> {
  const { rehearse } = await import('../boot/skip-unchanged/predict-next-boot.ts');
  return rehearse(host, { boot, given }).catch((error) => asProblem(error).message);
}

function actOf({ dry, supposed, host }: { dry: boolean; supposed: Facts | undefined; host: Host }) {
  if (supposed) return { mode: 'planned' } as const;
  return dry ? ({ mode: 'preview', host: foresight(host) } as const) : ({ mode: 'apply', host } as const);
}

function stagesOf(args: readonly string[]): readonly Stage[] {
  const wrong = args.find((each) => !stages.some((stage) => stage === each));
  if (wrong !== undefined) throw unknown('stage', wrong, stages, '');
  return args.length === 0 ? stages : stages.filter((stage) => args.includes(stage));
}

const stagesAfter = (wanted: readonly Stage[]): readonly Stage[] =>
  stages.slice(stages.indexOf(wanted.at(-1) ?? 'final') + 1);

function modulesOf(words: string, schedule: Schedule): readonly string[] {
  const names = Object.values(schedule)
    .flat()
    .map(({ name }) => name);
  const wanted = words.split(',').map((word) => word.trim());
  const wrong = wanted.find((each) => !names.includes(each));
  if (wrong !== undefined) throw unknown('module', wrong, names, '');
  return wanted;
}

/** A slip in a name or a path is told before anything is looked at. */
async function checkNames({ datasource, seed }: Invocation['options']): Promise<void> {
  if (datasource !== undefined) {
    const { datasources } = await import('../datasources/index.ts');
    const names = datasources.flatMap(({ name, alias }) => [name, alias]);
    if (!names.includes(datasource)) throw unknown('datasource', datasource, names, '');
  }
  if (seed !== undefined) folder('--seed', seed);
}

async function factsIn(path: string, around: Surroundings): Promise<Facts> {
  const text = new TextDecoder().decode(await inputOf('--facts', path, around));
  try {
    const value: unknown = JSON.parse(text);
    // Made by "bootagent facts"; the few things every plan stands on are asked for by name.
    const facts = (typeof value === 'object' && value !== null && 'facts' in value ? value.facts : value) as Facts;
    for (const key of ['cpus', 'memoryKiB', 'network', 'mounts', 'os', 'platform'] as const) {
      if (facts?.[key] === undefined) throw new Error(`it tells no "${key}"`);
    }
    return facts;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it is no JSON' : String((cause as Error).message);
    throw new Problem('bad-input', `--facts ${path}: ${why}`, {
      hint: 'Make it with "bootagent facts > FILE" on that machine.',
      cause,
    });
  }
}

async function whyOff(host: Host, byKernel: string | undefined): Promise<string | undefined> {
  if (byKernel !== undefined && !host.offline) return `the kernel command line says ${byKernel}`;
  return (await host.stat('/etc/bootagent/disabled')) ? '/etc/bootagent/disabled is there' : undefined;
}

/** Whether systemd started us as a unit, and no person waits for an answer. */
export const isUnit = ({ env }: Surroundings): boolean => env.BOOTAGENT_UNIT !== undefined;

function codeOf({ state, changes }: RunResult, detailed: boolean): number {
  if (state === 'failed') return exit.failed;
  if (state === 'problems') return exit.problems;
  return detailed && changes > 0 ? exit.due : exit.done;
}
