import { asProblem, type Problem } from '../../base/problem.ts';
import { noSettings, type Settings } from '../../config/settings.ts';
import { type Module, type Stage, stages } from '../../engine/module.ts';
import type { Facts } from '../../facts/facts.ts';
import type { KnownIdentity } from '../../identity/identity-store.ts';
import { type Instance, noInstance } from '../../metadata/datasource.ts';
import type { Report, RunResult } from '../../report/event.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import type { Boot, Run } from './boot.ts';
import { runModule } from './module-run.ts';
import { reportedSettings } from './report-settings.ts';

/** Runs the stages: at each, gathers facts, identifies the instance, then runs the modules of the stage. */
export async function runStages(wanted: readonly Stage[], boot: Boot): Promise<RunResult> {
  const began = boot.now();
  const tally: Tally = { problems: false, failed: false, changes: 0 };
  let known: KnownIdentity | undefined;
  let settings: Settings | undefined;
  const settingsFor = (instance: Instance | undefined): Promise<Settings> =>
    reportedSettings(instance, boot, wanted, () => {
      tally.problems = true;
    });
  const imageConfig = async (): Promise<Mapping> => {
    settings ??= await settingsFor(undefined);
    return settings.config;
  };
  boot.report({ event: 'run-began', version: boot.version, stages: wanted, mode: boot.act.mode });
  if (boot.lost) reportLost(boot.lost, boot, tally, wanted[0]);

  for (const stage of wanted) {
    boot.report({ event: 'stage-began', stage });
    // A failed change may have changed something before it failed.
    let facts = await boot.gatherFacts(stage !== wanted[0] && !tally.problems && !tally.failed && tally.changes === 0);
    boot.exempt?.([...facts.users, ...facts.groups].map(({ name }) => name));
    const late = known === undefined && stage === 'final';
    if (!known) {
      known = await boot.identify(stage, facts, imageConfig).catch((error) => reportUnidentified(error, boot, tally));
      if (known || !settings) settings = await settingsFor(known?.instance);
    }
    // If the identity was found late, or the login stages were interrupted, they run now instead of at the next boot.
    const makesUp = (late && known?.missed) || (stage === 'final' && wanted[0] === stage && wasInterrupted(boot));
    const due = makesUp ? stages.slice(stages.indexOf('early'), stages.indexOf('final') + 1) : [stage];
    for (const each of due) {
      if (each !== due[0]) facts = await boot.gatherFacts();
      await runStage(each, { facts, settings: settings ?? noSettings, known }, boot, tally);
    }
  }

  const state = tally.failed ? 'failed' : tally.problems ? 'problems' : 'done';
  const result: RunResult = { state, changes: tally.changes, ms: Math.round(boot.now() - began) };
  boot.report({ event: 'run-ended', result });
  return result;
}

/** The outcome of the stages so far. */
interface Tally {
  problems: boolean;
  failed: boolean;
  changes: number;
}

interface StageInput {
  readonly facts: Facts;
  readonly settings: Settings;
  readonly known: KnownIdentity | undefined;
}

async function runStage(stage: Stage, { facts, settings, known }: StageInput, boot: Boot, tally: Tally): Promise<void> {
  const context = {
    facts,
    instance: known?.instance ?? noInstance,
    newMachine: known?.newMachine ?? boot.state.emptied(),
    scripts: settings.scripts,
  };
  const report: Report = (event) => {
    if (event.event === 'step' && ['made', 'due', 'planned'].includes(event.step.outcome)) tally.changes++;
    boot.report(event);
  };
  const run: Run = { ...boot, report, inService: known?.adopted ?? boot.inService ?? false };
  for (const module of boot.schedule[stage]) {
    if (!isWanted(module, boot.only)) continue;
    const start = boot.now();
    boot.report({ event: 'module-began', module: module.name, stage });
    // Even a state that cannot be written (full disk) does not stop the other modules.
    const state = await runModule(module, settings.config, context, run).catch((error) => {
      boot.report({ event: 'problem', module: module.name, at: module.name, problem: asProblem(error) });
      return 'failed' as const;
    });
    if (state === 'failed') tally.failed = true;
    if (state === 'problems') tally.problems = true;
    boot.report({ event: 'module-ended', module: module.name, result: { state, ms: Math.round(boot.now() - start) } });
  }
}

/** Returns whether --only admits a module; the name of a module admits its late part, too. */
const isWanted = ({ name, partOf = name }: Module, only: readonly string[] | undefined): boolean =>
  only === undefined || only.includes(name) || only.includes(partOf);

/** Returns whether a login stage was interrupted: these stages may run in another process, which may have been killed. */
const wasInterrupted = ({ schedule, state }: Boot): boolean =>
  [...schedule.early, ...schedule.main].some(({ name }) => name === state.interrupted);

function reportUnidentified(error: unknown, { report }: Boot, tally: Tally): undefined {
  tally.problems = true;
  report({ event: 'problem', module: 'identity', at: 'datasource', problem: asProblem(error) });
  return undefined;
}

/** Reports the lost state as a module of its own, so that the status of the boot keeps it whatever later units report. */
function reportLost(problem: Problem, { report }: Boot, tally: Tally, stage: Stage = 'local'): void {
  const module = 'state';
  tally.problems = true;
  report({ event: 'module-began', module, stage });
  report({ event: 'problem', module, at: module, problem });
  report({ event: 'module-ended', module, result: { state: 'problems', ms: 0 } });
}
