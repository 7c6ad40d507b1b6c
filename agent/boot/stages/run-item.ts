import type { PlanItem } from '../../engine/change.ts';
import type { ItemReport } from '../../engine/handler.ts';
import type { Ledger } from '../../engine/ledger.ts';
import type { Module } from '../../engine/module.ts';
import type { Step, Watch } from '../../engine/step.ts';
import { apply, preview } from '../../resources/index.ts';
import type { Failure } from '../../state/records.ts';
import { placeOf } from '../../userdata/schema/source-location.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import type { Run } from './boot.ts';
import { type Failures, placed, withPlace } from './failures.ts';

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

/** Applies or previews one item of a plan, and reports its steps. */
export async function runItem(item: PlanItem, given: ItemRun): Promise<readonly Step[]> {
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
      const lastLine = ended.lastLine === undefined ? {} : { lastLine: redact(ended.lastLine) };
      const report: ItemReport = { ...ended, ...where, ...(line !== undefined && { command: line }), ...lastLine };
      const { tail, ...kept } = report;
      if (ended.code !== 0) failedItem ??= kept;
      run.report({ event: 'script-item', module: module.name, report });
    },
  };
  reportNotes(module, item, settings, run);
  const steps = await takeItem(item, ledger, run, watch);
  for (const step of steps) {
    run.report({ event: 'step', module: module.name, step, ...(commands && { commands }) });
    if (step.outcome === 'holds' && step.warns && step.note !== undefined)
      reportNotes(module, { at: item.at, changes: [], notes: [{ level: 'warning', text: step.note }] }, settings, run);
    if (step.outcome === 'failed') failures.add(item.at, withPlace(step.problem, item, settings), failedItem);
    if (step.outcome !== 'done') continue;
    if (step.changed) reportChanged(module, item, run);
    if (step.failed) failures.keep(item.at, before);
  }
  if (item.announce && !steps.some(isOpen)) run.report({ event: 'announce', lines: item.announce });
  return steps;
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
