import { asProblem, isNonFatal, Problem } from '../../base/problem.ts';
import type { PlanItem } from '../../engine/change.ts';
import type { Ledger, Step, Watch } from '../../engine/executor.ts';
import { canonicalText, hashOf } from '../../engine/hash.ts';
import type { Context, Frequency, Module } from '../../engine/module.ts';
import type { OverlayHost } from '../../engine/overlay-host.ts';
import type { Host } from '../../host/host.ts';
import type { ModuleResult, Report } from '../../report/event.ts';
import { apply, countAsDone, preview } from '../../resources/index.ts';
import type { Failure, ModuleRecord } from '../../state/records.ts';
import type { State } from '../../state/state.ts';
import { decodeFields, type Findings, INVALID } from '../../userdata/schema/decode.ts';
import { placeOf } from '../../userdata/schema/source-location.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';

/** How many boots an item that fails is given. */
const mostTries = 3;

/** What all modules of a run share. */
export interface Run {
  readonly state: State;
  readonly report: Report;
  readonly act:
    | { readonly mode: 'apply'; readonly host: Host }
    | { readonly mode: 'preview'; readonly host: OverlayHost }
    | { readonly mode: 'planned' };
  readonly bootId: string;
  /** Goes through everything, whatever was done before. */
  readonly force?: boolean;
  /** Goes only through what failed. */
  readonly retryFailed?: boolean;
  /** In service, with nothing remembered: what is not repeatable counts as done. */
  readonly inService?: boolean;
  secret(value: string): void;
}

/** A module's turn: read its settings, plan, make or preview, remember. Its failure is its own. */
export async function runModule(
  module: Module,
  settings: Mapping,
  context: Context,
  run: Run,
): Promise<ModuleResult['state']> {
  const scripts = context.scripts.filter(({ when }) => when === module.runs);
  const hash = hashOf([
    Object.keys(module.reads)
      .filter((key) => !module.consults?.includes(key))
      .map((key) => canonicalText(settings.entries.get(key)?.value)),
    scripts,
  ]);
  const scope = scopeOf(module.every, context, run.bootId);
  const last = run.state.lastRun(module.name);
  const same = last?.scope === scope && last.hash === hash;
  const only = itemsDue(module, same ? last : undefined, run);
  if (only === 'none') return 'kept';
  const writes = run.act.mode === 'apply';
  const ledger = run.state.ledger(module.name, scope, run.force);
  if (run.inService && !run.force && module.every !== 'boot' && last?.scope !== scope) {
    if (!writes) return 'kept';
    for (const item of planned(module, settings, context, { ...run, report: () => {} }, () => {}))
      await countAsDone(item, ledger);
    run.state.ended({ module: module.name, scope, hash, failed: {} });
    return 'kept';
  }
  const failed: Record<string, Failure> = {};
  const problem = (at: string, problem: Problem): void => {
    const tries = (same ? (last?.failed[at]?.tries ?? 0) : 0) + 1;
    failed[at] = { tries: isFinal(problem) ? mostTries : tries, code: problem.code, message: problem.message };
    run.report({ event: 'problem', module: module.name, at, problem });
  };
  // What cannot be remembered is told, and costs nobody the keys that the same turn puts in place.
  const keeping = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      problem(module.name, asProblem(error));
    }
  };
  // What an image brought is not this machine's own until the module has dealt with it; the stages may be separate processes.
  const inherits = context.newMachine && (last?.scope !== scope || Object.keys(last.failed).length > 0);
  const plan = planned(module, settings, { ...context, newMachine: inherits }, run, problem);
  const steps: Step[] = [];
  let begun = false;
  const watch: Watch = {
    beforeChange() {
      // What was at work when power was lost is known from this; a turn that changes nothing writes nothing.
      if (!begun) keeping(() => run.state.began(module.name, scope));
      begun = true;
    },
    scriptItem: (report) => run.report({ event: 'script-item', module: module.name, report }),
  };
  for (const item of plan) {
    if (only !== 'all' && !only.has(item.at)) continue;
    if (item.again && !writes) continue;
    tellNotes(module, item, settings, run);
    const taken = await takeItem(item, ledger, run, watch);
    for (const step of taken) {
      steps.push(step);
      run.report({ event: 'step', module: module.name, step });
      if (step.outcome === 'failed') problem(item.at, placedIn(settings, item.at, step.problem));
      if (step.outcome === 'done' && step.changed) tellChanged(module, item, run);
    }
    if (item.announce && !taken.some(isOpen)) run.report({ event: 'announce', lines: item.announce });
  }
  if (writes) {
    // What has no tries left, and had no turn now, stays told.
    const others = Object.entries(last?.failed ?? {}).filter(([at]) => only !== 'all' && !only.has(at));
    const turn = { module: module.name, scope, hash, failed: { ...Object.fromEntries(others), ...failed } };
    keeping(() => remember(turn, { steps, begun, asked: plan.length > 0, last, run, module }));
  }
  return resultOf(steps, Object.values(failed), run, plan.length > 0);
}

/** All items, none, or those of the last turn that failed and have tries left. */
function itemsDue(module: Module, last: ModuleRecord | undefined, run: Run): 'all' | 'none' | ReadonlySet<string> {
  if (run.force) return 'all';
  const left = Object.entries(last?.failed ?? {}).filter(([, { tries }]) => run.retryFailed || tries < mostTries);
  if (run.retryFailed) return left.length > 0 ? new Set(left.map(([at]) => at)) : 'none';
  // What must hold at every boot is looked at at every start; its acts know by themselves that they were done.
  if (!last || module.every === 'boot') return 'all';
  return left.length > 0 ? new Set(left.map(([at]) => at)) : 'none';
}

export const scopeOf = (every: Frequency, { instance }: Context, bootId: string): string =>
  every === 'boot' ? `boot:${bootId}` : every === 'instance' ? `instance:${instance.id}` : 'image';

function planned(
  module: Module,
  settings: Mapping,
  context: Context,
  run: Run,
  problem: (at: string, problem: Problem) => void,
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
  };
  try {
    const decoded = decodeFields(module.reads, settings, '', findings);
    return decoded === INVALID ? [] : module.plan(decoded, context);
  } catch (error) {
    problem(module.name, asProblem(error));
    return [];
  }
}

/** Of what is asked and was not done, the line that asks for it is told. */
function placedIn(settings: Mapping, item: string, problem: Problem): Problem {
  const at = problem.at ?? item;
  const where = placed(placeOf(at, settings));
  if (where === '') return problem;
  const { code, message, hint, stderrTail, cause } = problem;
  return new Problem(code, `${where}${at}: ${message}`, {
    hint,
    cause,
    ...(stderrTail !== undefined && { stderrTail }),
  });
}

const placed = ({ source, line, column }: { source: string; line: number; column: number }): string =>
  line === 0 ? '' : `${source}:${line}:${column}: `;

/** Writes down how the turn ended, unless that is what stands there already. */
function remember(
  turn: ModuleRecord,
  {
    steps,
    begun,
    asked,
    last,
    run,
    module,
  }: {
    steps: readonly Step[];
    begun: boolean;
    asked: boolean;
    last: ModuleRecord | undefined;
    run: Run;
    module: Module;
  },
): void {
  const waits = steps.some(({ outcome }) => outcome === 'deferred' || outcome === 'unknown');
  const troubled = Object.keys(turn.failed).length > 0;
  const wasTroubled = Object.keys(last?.failed ?? {}).length > 0;
  if (waits && !troubled) {
    // Not done: what waits for the boot, or for root, is looked at again then.
    if (begun) run.state.deferred(module.name);
    return;
  }
  const marked = module.every !== 'boot' && (asked || troubled);
  const same = last?.scope === turn.scope && last.hash === turn.hash && !troubled && !wasTroubled;
  if (begun || troubled || wasTroubled || (marked && !same)) run.state.ended(turn);
}

async function takeItem(item: PlanItem, ledger: Ledger, { act }: Run, watch: Watch): Promise<Step[]> {
  if (act.mode === 'planned') return item.changes.map((change) => ({ at: item.at, change, outcome: 'planned' }));
  return act.mode === 'preview' ? preview(item, act.host, ledger) : apply(item, act.host, ledger, watch);
}

/** What is asked and left out is told with its line, as what failed is. */
function tellNotes(module: Module, { at, notes = [] }: PlanItem, settings: Mapping, run: Run): void {
  const where = placed(placeOf(at, settings));
  for (const { level, text } of notes) {
    const told = level !== 'warning' || where === '' ? text : `${where}${text.startsWith(at) ? '' : `${at}: `}${text}`;
    run.report({ event: 'note', module: module.name, at, level, text: told });
  }
}

/** Neither so, nor about to be: the banner of a key that nobody has put in place would be believed. */
const isOpen = ({ outcome }: Step): boolean => ['failed', 'skipped', 'deferred', 'unknown'].includes(outcome);

/** A script is not repeatable: that it reads otherwise now is told, and nothing more. */
function tellChanged({ name }: Module, { at }: PlanItem, { report }: Run): void {
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

/** A script is not repeatable, and a wrong setting is as wrong at the next boot. */
const isFinal = ({ code }: Problem): boolean =>
  ['script-failed', 'interrupted', 'bad-settings', 'unsafe-path'].includes(code);

function resultOf(
  steps: readonly Step[],
  failed: readonly Failure[],
  { act }: Run,
  asked: boolean,
): ModuleResult['state'] {
  const some = (...outcomes: Step['outcome'][]) => steps.some(({ outcome }) => outcomes.includes(outcome));
  if (failed.some(({ code }) => !isNonFatal(code))) return 'failed';
  if (failed.length > 0) return 'problems';
  if (act.mode === 'planned') return asked ? 'planned' : 'nothing';
  if (some('made')) return 'made';
  if (some('due')) return 'due';
  if (some('deferred', 'unknown')) return 'waits';
  return steps.length > 0 ? 'holds' : 'nothing';
}
