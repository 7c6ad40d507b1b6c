import { ownPaths } from '../agent/base/own-paths.ts';
import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  type Decode,
  decoder,
  either,
  entries,
  items,
  object,
  optional,
  text,
} from '../agent/userdata/schema/decode.ts';
import type { Shape } from '../agent/userdata/schema/shape.ts';
import { nowhere } from '../agent/userdata/schema/source-node.ts';
import { outputField, outputOf } from './commands/output.ts';
import { commandList, type ScriptCommand, scriptItem } from './commands/plan-commands.ts';

const oneCommand: Shape = {
  is: 'either',
  of: [
    { is: 'list', of: { is: 'scalar', what: 'text' } },
    { is: 'scalar', what: 'a command' },
  ],
};

/** Commands in a list, or in a mapping, whose names give the order. A list of words needs no "snap" in front. */
const commands: Decode<readonly ScriptCommand[]> = decoder(
  { is: 'either', of: [commandList.shape, { is: 'map', of: oneCommand }] },
  (written, at, findings) => {
    if (written?.is !== 'mapping') return commandList(written, at, findings);
    const sorted = [...written.entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { value }]) => value);
    return commandList({ is: 'list', items: sorted, place: written.place }, at, findings);
  },
);

const reads = {
  ...outputField,
  snap: optional(
    object({
      commands: optional(commands),
      assertions: optional(either(items(text), entries(text), 'a list of assertions')),
    }),
  ),
};

const path = ownPaths.snapAssertions;

/** Assertions for snapd, and commands of snap. */
export const snap = defineModule({
  name: 'snap',
  summary: 'Assertions for snapd, and commands of snap, once snapd has its first snaps.',
  every: 'instance',
  reads,
  consults: ['output'],

  plan({ snap: asked, output }, context): readonly PlanItem[] {
    if (!asked) return [];
    const assertions = asked.assertions ?? [];
    const own: ScriptCommand[] = [
      { at: 'snap', text: 'snap wait system seed.loaded', place: nowhere },
      ...(assertions.length === 0 ? [] : [{ at: 'snap.assertions', text: `snap ack ${path}`, place: nowhere }]),
    ];
    const given = (asked.commands ?? []).map((each) => ({ ...each, text: each.text.replace(/^'(?!snap')/, "snap '") }));
    if (assertions.length + given.length === 0) return [];
    const content = `${assertions.map(({ value }) => value.trimEnd()).join('\n\n')}\n`;
    const file: PlanItem[] =
      assertions.length === 0
        ? []
        : [{ at: 'snap.assertions', changes: [{ kind: 'file', path, content, mode: 0o600 }] }];
    return [...file, ...scriptItem('snap', [...own, ...given], context, outputOf(output, 'config'))];
  },
});
