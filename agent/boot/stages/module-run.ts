import { asProblem } from '../../base/problem.ts';
import { canonicalText, hashOf } from '../../engine/hash.ts';
import type { Context, Module } from '../../engine/module.ts';
import type { Step } from '../../engine/step.ts';
import type { ModuleResult } from '../../report/event.ts';
import { countAsDone, prepare } from '../../resources/index.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import type { Run } from './boot.ts';
import { failuresOf, reportStanding, stateOf } from './failures.ts';
import { failuresKept, itemsDue, recordRun, scopeOf } from './module-record.ts';
import { credentialsOf, planned } from './plan-module.ts';
import { runItem } from './run-item.ts';
import { tolerantLedger } from './tolerant-ledger.ts';

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
    const left = due.filter(({ deferred }) => deferred !== undefined);
    const waiting = new Set([...steps.filter(isWaiting), ...left].map(({ at }) => at));
    failures.guard(() => recordRun(record, { waiting, begun, asked: plan.length > 0, last, state, module }));
  }
  return stateOf(failures.failed) ?? resultOf(steps, run, plan.length > 0);
}

function settingsHash(module: Module, settings: Mapping, context: Context): string {
  return hashOf([
    Object.keys(module.reads)
      .filter((key) => !module.consults?.includes(key))
      .map((key) => canonicalText(settings.entries.get(key)?.value)),
    context.scripts.filter(({ when }) => when === module.runs),
  ]);
}

const isWaiting = ({ outcome }: Step): boolean => outcome === 'deferred' || outcome === 'unknown';

function resultOf(steps: readonly Step[], { act }: Run, asked: boolean): ModuleResult['state'] {
  const some = (...outcomes: Step['outcome'][]) => steps.some(({ outcome }) => outcomes.includes(outcome));
  if (act.mode === 'planned') return asked ? 'planned' : 'nothing';
  if (some('made')) return 'made';
  if (some('due')) return 'due';
  if (some('deferred', 'unknown')) return 'waits';
  return steps.length > 0 ? 'holds' : 'nothing';
}
