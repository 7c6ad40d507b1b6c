import { asProblem, Problem } from '../../base/problem.ts';
import { credentialNames } from '../../config/credentials.ts';
import type { PlanItem } from '../../engine/change.ts';
import type { Context, Module } from '../../engine/module.ts';
import { observingMachine } from '../../facts/machine-facts.ts';
import { decodeFields, INVALID } from '../../userdata/schema/decode.ts';
import type { Findings } from '../../userdata/schema/shape.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import type { Run } from './boot.ts';
import { placed } from './failures.ts';
import { guardedFacts } from './guarded-facts.ts';

/** Decodes the settings of a module and returns its plan. A failure is passed to `problem`, and the plan is empty. */
export function planned(
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

/** Returns the credentials that the module's own keys name; those of another machine cannot be read. */
export async function credentialsOf(
  { reads }: Module,
  { entries }: Mapping,
  { act, credentials }: Run,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (act.mode === 'planned') return undefined;
  const names = Object.keys(reads as object).flatMap((key) => credentialNames(entries.get(key)?.value));
  return names.length > 0 && credentials ? credentials(names) : new Map();
}
