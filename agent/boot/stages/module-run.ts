import { asProblem, Problem } from '../../base/problem.ts';
import { credentialNames } from '../../config/credentials.ts';
import type { PlanItem } from '../../engine/change.ts';
import type { Ledger, Step, Watch } from '../../engine/executor.ts';
import type { ItemReport } from '../../engine/handler.ts';
import { canonicalText, hashOf } from '../../engine/hash.ts';
import type { Context, Module } from '../../engine/module.ts';
import type { OverlayHost } from '../../engine/overlay-host.ts';
import { observingMachine } from '../../facts/machine-facts.ts';
import type { Host } from '../../host/host.ts';
import type { ModuleResult, Report } from '../../report/event.ts';
import { apply, countAsDone, prepare, preview } from '../../resources/index.ts';
import type { Failure } from '../../state/records.ts';
import type { State } from '../../state/state.ts';
import { decodeFields, INVALID } from '../../userdata/schema/decode.ts';
import type { Findings } from '../../userdata/schema/shape.ts';
import { placeOf } from '../../userdata/schema/source-location.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import { type Failures, failuresOf, placed, reportStanding, stateOf, withPlace } from './failures.ts';
import { guardedFacts } from './guarded-facts.ts';
import { failuresKept, itemsDue, recordRun, scopeOf } from './module-record.ts';
import { tolerantLedger } from './tolerant-ledger.ts';

/** The context that all modules of a run share. */
export interface Run {
  readonly state: State;
  readonly report: Report;
  readonly act:
    | { readonly mode: 'apply'; readonly host: Host }
    | { readonly mode: 'preview'; readonly host: OverlayHost }
    | { readonly mode: 'planned' };
  readonly bootId: string;
  /** Processes all items, whatever was done before. */
  readonly force?: boolean;
  /** Processes only the items that failed. */
  readonly retryFailed?: boolean;
  /** The machine is in service and has no record of earlier runs: changes that are not repeatable count as done. */
  readonly inService?: boolean;
  secret(value: string): void;
  /** The target is an image tree: the machine that will boot it is unknown. */
  readonly machineUnknown?: boolean;
  /** Hides the known secrets in a text. */
  redact?(text: string): string;
  /** Exempts public words from redaction, even if one of them is also a password. */
  exempt?(words: readonly string[]): void;
  /** Reads the credentials of the machine that have these names. */
  credentials?(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Runs one module: reads its settings, plans, applies or previews, records. A failure does not affect other modules. */
export async function runModule(
  module: Module,
  settings: Mapping,
  context: Context,
  run: Run,
): Promise<ModuleResult['state']> {
  const scope = scopeOf(module.every, context, run.bootId);
  const hash = settingsHash(module, settings, context);
  const last = run.state.lastRun(module.name);
  const same = last?.scope === scope && last.hash === hash;
  const only = itemsDue(module, same ? last : undefined, run);
  const writes = run.act.mode === 'apply';
  if (only === 'none') return writes && same ? reportStanding(module, last, run.report) : 'kept';
  const credentials = await credentialsOf(module, settings, run);
  const ledger = run.state.ledger(module.name, scope, run.force);
  const inService = run.inService === true && !run.force;
  if (inService && !module.merges && module.every !== 'boot' && last?.scope !== scope) {
    if (!writes) return 'kept';
    for (const item of planned(module, settings, context, { ...run, report: () => {} }, () => {}, credentials))
      await countAsDone(item, ledger);
    run.state.ended({ module: module.name, scope, hash, failed: {} });
    return 'kept';
  }
  const failures = failuresOf(module, { last, same, report: run.report, ...(run.redact && { redact: run.redact }) });
  // Files of the image count as another machine's until the module has processed them. The record decides, since the stages may
  // be separate processes.
  const inherits = context.newMachine && (last?.scope !== scope || Object.keys(last.failed).length > 0);
  const given = { ...context, newMachine: inherits, inService };
  const plan = planned(module, settings, given, run, failures.add, credentials);
  const tolerant = tolerantLedger(ledger, (error) => failures.add('state', asProblem(error)));
  const steps: Step[] = [];
  let begun = false;
  const beforeChange = () => {
    // This record identifies the module that a power loss interrupts; a run that changes nothing writes nothing.
    if (!begun) failures.guard(() => run.state.began(module.name, scope));
    begun = true;
  };
  const due = plan.filter(({ at, again }) => (only === 'all' || only.has(at)) && (writes || !again));
  if (run.act.mode === 'apply') await prepare(due, run.act.host, beforeChange);
  for (const item of due) {
    const before = last?.scope === scope ? last.failed[item.at] : undefined;
    steps.push(...(await runItem(item, { module, settings, run, ledger: tolerant, failures, beforeChange, before })));
  }
  if (run.act.mode === 'apply') await run.act.host.discardPrepared();
  if (writes) {
    for (const [at, failure] of Object.entries(failuresKept(last, only)))
      if (failures.failed[at] === undefined) failures.keep(at, failure);
    const record = { module: module.name, scope, hash, failed: failures.failed };
    const { state } = run;
    const left = plan.filter((item) => item.deferred !== undefined && (only === 'all' || only.has(item.at)));
    const waiting = new Set([...steps.filter(isWaiting), ...left].map(({ at }) => at));
    failures.guard(() => recordRun(record, { waiting, begun, asked: plan.length > 0, last, state, module }));
  }
  return stateOf(failures.failed) ?? resultOf(steps, run, plan.length > 0);
}

/** Returns the credentials that the module's own keys name; those of another machine cannot be read. */
async function credentialsOf(
  { reads }: Module,
  { entries }: Mapping,
  { act, credentials }: Run,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (act.mode === 'planned') return undefined;
  const names = Object.keys(reads as object).flatMap((key) => credentialNames(entries.get(key)?.value));
  return names.length > 0 && credentials ? credentials(names) : new Map();
}

interface ItemRun {
  readonly module: Module;
  readonly settings: Mapping;
  readonly run: Run;
  readonly ledger: Ledger;
  readonly failures: Failures;
  readonly beforeChange: () => void;
  /** The failure of the item in its last run, if it failed. */
  readonly before: Failure | undefined;
}

async function runItem(item: PlanItem, given: ItemRun): Promise<readonly Step[]> {
  const { module, settings, run, ledger, failures, beforeChange, before } = given;
  const redact = run.redact ?? ((text: string) => text);
  const commands = item.commands?.map((each) => ({ ...each, line: redact(each.line) }));
  let failedItem: ItemReport | undefined;
  const watch: Watch = {
    beforeChange,
    command: (position) => commands?.[position],
    scriptStarts(started) {
      const command = commands?.[started.item - 1]?.line;
      const item = { ...started, ...(command !== undefined && { command }) };
      run.report({ event: 'script-began', module: module.name, item });
    },
    waiting: (what, ms, ended) =>
      run.report({ event: 'waiting', module: module.name, what, ms, ...(ended && { ended }) }),
    scriptItem(ended) {
      const command = commands?.[ended.item - 1];
      const { line, ...where } = command ?? {};
      const stderrLine = ended.stderrLine === undefined ? {} : { stderrLine: redact(ended.stderrLine) };
      const report: ItemReport = { ...ended, ...where, ...(line !== undefined && { command: line }), ...stderrLine };
      const { tail, ...kept } = report;
      if (ended.code !== 0) failedItem ??= kept;
      run.report({ event: 'script-item', module: module.name, report });
    },
  };
  reportNotes(module, item, settings, run);
  const steps = await takeItem(item, ledger, run, watch);
  for (const step of steps) {
    run.report({ event: 'step', module: module.name, step, ...(commands && { commands }) });
    if (step.outcome === 'failed') failures.add(item.at, withPlace(step.problem, item, settings), failedItem);
    if (step.outcome !== 'done') continue;
    if (step.changed) reportChanged(module, item, run);
    if (step.failed) failures.keep(item.at, before);
  }
  if (item.announce && !steps.some(isOpen)) run.report({ event: 'announce', lines: item.announce });
  return steps;
}

function settingsHash(module: Module, settings: Mapping, context: Context): string {
  return hashOf([
    Object.keys(module.reads)
      .filter((key) => !module.consults?.includes(key))
      .map((key) => canonicalText(settings.entries.get(key)?.value)),
    context.scripts.filter(({ when }) => when === module.runs),
  ]);
}

function planned(
  module: Module,
  settings: Mapping,
  context: Context,
  run: Run,
  problem: (at: string, problem: Problem) => void,
  credentials: ReadonlyMap<string, string> | undefined,
): readonly PlanItem[] {
  const findings: Findings = {
    error: (at, place, message, hint) =>
      problem(at, new Problem('bad-settings', `${placed(place)}${at}: ${message}`, hint === undefined ? {} : { hint })),
    warning: (at, place, message, hint) =>
      run.report({
        event: 'note',
        level: 'warning',
        module: module.name,
        at,
        text: `${placed(place)}${at}: ${message}`,
        ...(hint !== undefined && { hint }),
      }),
    secret: run.secret,
    ...(credentials && { credential: (name) => credentials.get(name) }),
  };
  try {
    const decoded = decodeFields(module.reads, settings, '', findings);
    if (decoded === INVALID) return [];
    return planFor(module, decoded, { ...context, facts: guardedFacts(context.facts, module, problem) }, run);
  } catch (error) {
    problem(module.name, asProblem(error));
    return [];
  }
}

/** Plans a module. A plan that depends on facts of an unknown machine is deferred to the boot of that machine. */
function planFor(module: Module, settings: unknown, context: Context, run: Run): readonly PlanItem[] {
  if (!run.machineUnknown) return module.plan(settings, context);
  const used = new Set<string>();
  const plan = module.plan(settings, { ...context, facts: observingMachine(context.facts, (what) => used.add(what)) });
  if (used.size === 0) return plan;
  const deferred = `at the next boot: depends on ${[...used].join(', ')} of the machine (or give --facts FILE)`;
  return plan.map(({ at, changes, commands }) => ({
    at,
    changes,
    deferred,
    ...(commands && { commands }),
    // Notes about an unknown machine are not reported.
    ...(changes.length === 0 && { notes: [{ level: 'note', text: `${at}: deferred, ${deferred}` }] }),
  }));
}

async function takeItem(item: PlanItem, ledger: Ledger, { act }: Run, watch: Watch): Promise<Step[]> {
  const { at, deferred: because } = item;
  if (because !== undefined) return item.changes.map((change) => ({ at, change, outcome: 'deferred', because }));
  if (act.mode === 'planned') return item.changes.map((change) => ({ at: item.at, change, outcome: 'planned' }));
  return act.mode === 'preview' ? preview(item, act.host, ledger) : apply(item, act.host, ledger, watch);
}

/** Reports the notes of an item; warnings have the line of the setting, as failures do. */
function reportNotes(module: Module, { at, notes = [] }: PlanItem, settings: Mapping, run: Run): void {
  const where = placed(placeOf(at, settings));
  for (const { level, text, code } of notes) {
    const told = level !== 'warning' || where === '' ? text : `${where}${text.startsWith(at) ? '' : `${at}: `}${text}`;
    run.report({ event: 'note', module: module.name, at, level, text: told, ...(code && { code }) });
  }
}

const isWaiting = ({ outcome }: Step): boolean => outcome === 'deferred' || outcome === 'unknown';

/** Returns whether a step is not complete: an announcement of a key that is not in place would mislead. */
const isOpen = ({ outcome }: Step): boolean => ['failed', 'skipped', 'deferred', 'unknown'].includes(outcome);

/** Reports that a script has changed since it was run. It is not repeatable, so a change is only reported. */
function reportChanged({ name }: Module, { at }: PlanItem, { report }: Run): void {
  const text = `${at} has changed since it was run, and is not run again`;
  report({
    event: 'note',
    level: 'warning',
    module: name,
    at,
    text,
    hint: `To run it: bootagent run --force --only ${name}`,
  });
}

function resultOf(steps: readonly Step[], { act }: Run, asked: boolean): ModuleResult['state'] {
  const some = (...outcomes: Step['outcome'][]) => steps.some(({ outcome }) => outcomes.includes(outcome));
  if (act.mode === 'planned') return asked ? 'planned' : 'nothing';
  if (some('made')) return 'made';
  if (some('due')) return 'due';
  if (some('deferred', 'unknown')) return 'waits';
  return steps.length > 0 ? 'holds' : 'nothing';
}
