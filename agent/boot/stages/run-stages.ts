import { asProblem, Problem } from '../../base/problem.ts';
import { noSettings, type Settings, type SettingsOf } from '../../config/settings.ts';
import { type Module, type Schedule, type Stage, stages } from '../../engine/module.ts';
import type { Facts } from '../../facts/facts.ts';
import type { KnownIdentity } from '../../identity/identity-store.ts';
import type { Identify } from '../../identity/resolve.ts';
import { type Instance, noInstance } from '../../metadata/datasource.ts';
import type { RunResult } from '../../report/event.ts';
import { publicNames, secretTexts } from '../../userdata/schema/secret-keys.ts';
import type { Finding } from '../../userdata/schema/shape.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import { configFindings } from '../../validate/config-findings.ts';
import { type Run, runModule } from './module-run.ts';

export interface Boot extends Run {
  readonly version: string;
  readonly schedule: Schedule;
  readonly settingsOf: SettingsOf;
  /** The modules to run; undefined: all. */
  readonly only?: readonly string[];
  /** Gathers the facts; `unchanged`: nothing was changed since they were last gathered. */
  gatherFacts(unchanged?: boolean): Promise<Facts>;
  readonly identify: Identify;
  /** The problem to report if the recorded state of this machine is lost. */
  readonly lost?: Problem;
  now(): number;
}

/** Runs the stages: at each, gathers facts, identifies the instance, then runs the modules of the stage. */
export async function runStages(wanted: readonly Stage[], boot: Boot): Promise<RunResult> {
  const began = boot.now();
  const modules = Object.values(boot.schedule).flat();
  const tally = { problems: false, failed: false, changes: 0 };
  let known: KnownIdentity | undefined;
  let settings: Settings | undefined;
  boot.report({ event: 'run-began', version: boot.version, stages: wanted, mode: boot.act.mode });
  if (boot.lost) reportLost(boot.lost);

  for (const stage of wanted) {
    boot.report({ event: 'stage-began', stage });
    // A failed change may have changed something before it failed.
    let facts = await boot.gatherFacts(stage !== wanted[0] && !tally.problems && !tally.failed && tally.changes === 0);
    boot.exempt?.([...facts.users, ...facts.groups].map(({ name }) => name));
    const late = known === undefined && stage === 'final';
    if (!known) {
      known = await boot.identify(stage, facts, imageConfig).catch((error) => told(error, boot));
      if (known || !settings) settings = await settingsFor(known?.instance);
    }
    // If the identity was found late, or the login stages were interrupted, they run now instead of at the next boot.
    const makesUp = (late && known?.missed) || (stage === 'final' && wanted[0] === stage && wasCut());
    const due = makesUp ? stages.slice(stages.indexOf('early'), stages.indexOf('final') + 1) : [stage];
    for (const each of due) {
      if (each !== due[0]) facts = await boot.gatherFacts();
      await runStage(each, facts, settings);
    }
  }

  const state = tally.failed ? 'failed' : tally.problems ? 'problems' : 'done';
  const result: RunResult = { state, changes: tally.changes, ms: Math.round(boot.now() - began) };
  boot.report({ event: 'run-ended', result });
  return result;

  async function runStage(stage: Stage, facts: Facts, settings: Settings = noSettings): Promise<void> {
    const context = {
      facts,
      instance: known?.instance ?? noInstance,
      newMachine: known?.newMachine ?? boot.state.emptied(),
      scripts: settings.scripts,
    };
    for (const module of boot.schedule[stage].filter(isWanted)) {
      const start = boot.now();
      boot.report({ event: 'module-began', module: module.name, stage });
      const run: Run = { ...boot, report: counted, inService: known?.adopted ?? boot.inService ?? false };
      // Even a state that cannot be written (full disk) does not stop the other modules.
      const state = await runModule(module, settings.config, context, run).catch((error) => {
        boot.report({ event: 'problem', module: module.name, at: module.name, problem: asProblem(error) });
        return 'failed' as const;
      });
      if (state === 'failed') tally.failed = true;
      if (state === 'problems') tally.problems = true;
      boot.report({
        event: 'module-ended',
        module: module.name,
        result: { state, ms: Math.round(boot.now() - start) },
      });
    }
  }

  /** Returns whether a login stage was interrupted: these stages may run in another process, which may have been killed. */
  function wasCut(): boolean {
    return [...boot.schedule.early, ...boot.schedule.main].some(({ name }) => name === boot.state.interrupted);
  }

  function isWanted({ name, partOf = name }: Module): boolean {
    return boot.only === undefined || boot.only.includes(name) || boot.only.includes(partOf);
  }

  function counted(event: Parameters<Run['report']>[0]): void {
    if (event.event === 'step' && ['made', 'due', 'planned'].includes(event.step.outcome)) tally.changes++;
    boot.report(event);
  }

  function told(error: unknown, { report }: Boot): undefined {
    tally.problems = true;
    report({ event: 'problem', module: 'identity', at: 'datasource', problem: asProblem(error) });
    return undefined;
  }

  async function imageConfig(): Promise<Mapping> {
    settings ??= await settingsFor(undefined);
    return settings.config;
  }

  async function settingsFor(instance: Instance | undefined): Promise<Settings> {
    for (const value of instance?.secrets ?? []) boot.secret(value);
    if (instance?.missing) tally.problems = true;
    const read = await readableSettings(instance);
    // Before any report: a value under a secret key is a secret, whether the key is used or not.
    boot.exempt?.(publicNames(read.config));
    for (const value of secretTexts(read.config)) boot.secret(value);
    const refused = read.findings.filter(isRefusal);
    if (refused.length > 0) tellRefused(refused);
    for (const finding of read.findings) if (!refused.includes(finding)) tell(finding);
    // Reported once a boot and as warnings: everything possible for this machine is applied.
    const doubtful = wanted.includes('main') ? configFindings(read.config, read.scripts, modules) : [];
    for (const finding of doubtful) tell({ ...finding, level: 'warning' });
    for (const text of read.told) boot.report({ event: 'note', level: 'note', text });
    return read;
  }

  /** Reports the lost state as a module of its own, so that the status of the boot keeps it whatever later units report. */
  function reportLost(problem: Problem): void {
    const module = 'state';
    tally.problems = true;
    boot.report({ event: 'module-began', module, stage: wanted[0] ?? 'local' });
    boot.report({ event: 'problem', module, at: module, problem });
    boot.report({ event: 'module-ended', module, result: { state: 'problems', ms: 0 } });
  }

  /**
   * Reads the settings. User-data that breaks its reader is left out; keys of the metadata and the configuration of the image
   * still apply.
   */
  async function readableSettings(instance: Instance | undefined): Promise<Settings> {
    try {
      return await boot.settingsOf(instance);
    } catch (error) {
      tally.problems = true;
      const what = instance ? 'The user-data' : 'The configuration of the image';
      const problem = new Problem(
        'unexpected',
        `${what} cannot be read, and is left out: ${asProblem(error).message}`,
        {
          cause: error,
        },
      );
      boot.report({ event: 'problem', module: 'settings', at: instance ? 'user-data' : 'image', problem });
      return instance ? readableSettings(undefined) : noSettings;
    }
  }

  /** Reports what the image refuses as problems, since it is missing from the machine: the console and the status show them. */
  function tellRefused(refused: readonly Finding[]): void {
    tally.problems = true;
    const module = 'user-data';
    boot.report({ event: 'module-began', module, stage: wanted[0] ?? 'local' });
    for (const { at, place, code, message } of refused) {
      const text = `${place.source}:${place.line}:${place.column}: ${at ? `${at}: ` : ''}${message}`;
      const problem = new Problem(code === 'unsigned' ? code : 'refused-by-image', text);
      boot.report({ event: 'problem', module, at: at || module, problem });
    }
    boot.report({ event: 'module-ended', module, result: { state: 'problems', ms: 0 } });
  }

  function tell({ level, at, place, message, hint, code }: Finding): void {
    if (level === 'error') tally.problems = true;
    const where = place.line === 0 ? place.source : `${place.source}:${place.line}:${place.column}`;
    boot.report({
      event: 'note',
      level: 'warning',
      text: `${where}: ${at ? `${at}: ` : ''}${message}`,
      code,
      ...(hint !== undefined && { hint }),
    });
  }
}

/** Returns whether a finding is a refusal by the image: unused parts, such as vendor-data, are warnings. */
const isRefusal = ({ level, code }: Finding): boolean =>
  level === 'error' && (code === 'unsigned' || code === 'refused-by-image');
