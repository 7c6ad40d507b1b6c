import assert from 'node:assert/strict';
import type { PlanItem } from '../../agent/engine/change.ts';
import type { Context, Module } from '../../agent/engine/module.ts';
import { decodeFields, INVALID } from '../../agent/userdata/schema/decode.ts';
import type { Finding } from '../../agent/userdata/schema/shape.ts';
import { nothing } from '../../agent/userdata/schema/source-node.ts';
import { readYaml } from '../../agent/userdata/yaml/read-yaml.ts';
import { context } from './facts.ts';

/** Returns a module's plan for settings as users write them, with all findings of the decoder. */
export function planned(
  module: Module,
  yaml: string,
  where: Context = context(),
): { plan: readonly PlanItem[]; findings: Finding[]; secrets: string[] } {
  const findings: Finding[] = [];
  const secrets: string[] = [];
  const tell = (level: Finding['level']) => (at: string, place: Finding['place'], message: string, hint?: string) =>
    void findings.push({ level, code: 'bad-settings', at, place, message, ...(hint !== undefined && { hint }) });
  const all = { error: tell('error'), warning: tell('warning'), secret: (value: string) => void secrets.push(value) };
  const written = readYaml(yaml, 'user-data', all) ?? nothing;
  assert.equal(written.is, 'mapping');
  const settings = decodeFields(module.reads, written.is === 'mapping' ? written : nothing, '', all);
  return { plan: settings === INVALID ? [] : module.plan(settings, where), findings, secrets };
}

/** Returns the plan alone; fails if there are findings. */
export function plan(module: Module, yaml: string, where: Context = context()): readonly PlanItem[] {
  const { plan, findings } = planned(module, yaml, where);
  assert.deepEqual(findings, []);
  return plan;
}

/** Returns every finding as one line: "user-data:1:5 swap.size: expected …". */
export const foundIn = (module: Module, yaml: string, where: Context = context()): string[] =>
  planned(module, yaml, where).findings.map(
    ({ at, place, message, hint }) =>
      `${place.source}:${place.line}:${place.column} ${at}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
  );
