import { asProblem } from '../base/problem.ts';
import type { Note } from '../engine/change.ts';
import type { Context, Module } from '../engine/module.ts';
import { decodeFields, INVALID } from '../userdata/schema/decode.ts';
import { type Collected, collect } from '../userdata/schema/findings.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import { placeOf } from '../userdata/schema/source-location.ts';
import { type Mapping, nowhere, type Place } from '../userdata/schema/source-node.ts';
import { referenceMachines } from './reference-machines.ts';
import { type Lines, placeInScript } from './walk-scalars.ts';

interface PlanFindings {
  /** What the decoders report. */
  readonly settings: readonly Finding[];
  /** What the plans report. */
  readonly notes: readonly Finding[];
  readonly secrets: readonly string[];
}

/** Returns what the modules report about a configuration on every machine, by the decoders and plans that a run uses. */
export function planFindings(
  modules: readonly Module[],
  config: Mapping,
  scripts: readonly Script[],
  texts: Lines,
): PlanFindings {
  const settings = collect('bad-settings');
  const notes = modules.flatMap((module) => {
    const own = scripts.filter(({ when }) => when === module.runs);
    const found = reportedEverywhere(module, config, own, settings);
    return found.map((each): Finding => {
      const place = placeOf(each.at, config);
      return { ...each, place: place === nowhere ? placeOfScript(each.at, own, texts) : place };
    });
  });
  return { settings: settings.found, notes, secrets: settings.secrets };
}

type Unplaced = Omit<Finding, 'place'>;

function reportedEverywhere(
  module: Module,
  config: Mapping,
  scripts: readonly Script[],
  settings: Collected,
): readonly Unplaced[] {
  const decoded = decodeFields(module.reads, config, '', settings);
  if (decoded === INVALID) {
    if (settings.found.length === 0) throw new Error(`${module.name} refuses its settings without a reason`);
    return [];
  }
  const [first = [], ...others] = referenceMachines.map((machine) =>
    reported(module, decoded, { ...machine, scripts }),
  );
  return first.filter((each) => others.every((other) => other.some((its) => keyOf(its) === keyOf(each))));
}

function reported(module: Module, settings: unknown, context: Context): readonly Unplaced[] {
  try {
    return module.plan(settings, context).flatMap(({ at, notes = [] }) => notes.flatMap((note) => findingOf(at, note)));
  } catch (error) {
    const { code, message, hint } = asProblem(error);
    return [{ level: 'error', code, at: module.name, message, hint }];
  }
}

function findingOf(at: string, { level, text, code = 'plan-warning' }: Note): readonly Unplaced[] {
  if (level === 'note') return [];
  return [{ level: 'warning', code, at, message: text.startsWith(`${at}: `) ? text.slice(at.length + 2) : text }];
}

/** Identifies a finding across machines. A specific code is enough: the message may name properties of a machine. */
const keyOf = ({ at, code, message }: Unplaced): string =>
  JSON.stringify([at, code, ...(code === 'unsupported' || code === 'plan-warning' ? [message] : [])]);

function placeOfScript(name: string, scripts: readonly Script[], texts: Lines): Place {
  const script = scripts.find((each) => each.name === name);
  return script ? placeInScript(script, 0, texts) : nowhere;
}
