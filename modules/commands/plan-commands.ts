import { shellQuoted } from '../../agent/base/shell-quote.ts';
import type { CommandInfo, Note, PlanItem, ScriptChange } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import { converted, type Decode, decoder, either, INVALID, list, text } from '../../agent/userdata/schema/decode.ts';
import { nowhere, type Place, type SourceNode } from '../../agent/userdata/schema/source-node.ts';
import { adapt } from './adapt-legacy.ts';
import { cloudInitCallNotes } from './cloud-init-calls.ts';
import { secretsIn } from './secrets-in-commands.ts';

/** A shell line, or a list of words, which is quoted into a shell line. */
const command: Decode<string> = either(
  converted(list(text), (words) => words.map(shellQuoted).join(' ')),
  text,
  'a command: text, or a list of words',
);

/** A command with its source location. */
export interface ScriptCommand {
  /** Path of the setting, such as "runcmd[1]". */
  readonly at: string;
  readonly text: string;
  readonly place: Place;
}

/** A list of commands. An empty item is skipped, as cloud-init does; an invalid item is left out on its own. */
export const commandList: Decode<readonly ScriptCommand[]> = decoder(
  {
    is: 'either',
    says: 'a list of commands, each text or a list of words',
    of: [
      { is: 'list', of: { is: 'optional', of: command.shape } },
      { is: 'scalar', what: 'one command' },
    ],
  },
  (written, at, findings) => {
    if (written?.is === 'scalar' && typeof written.value !== 'string') {
      const got = written.value === null ? 'nothing' : JSON.stringify(written.raw);
      findings.error(at, written.place, `expected a list of commands, got ${got}`);
      return INVALID;
    }
    const listed = written?.is === 'list' ? written.items.map((node, index) => [node, `${at}[${index}]`] as const) : [];
    const each = written?.is === 'list' ? listed.filter(([node]) => !isEmpty(node)) : [[written, at] as const];
    const commands = each.flatMap(([node, itemAt]): ScriptCommand[] => {
      const text = commandItem(node, itemAt, findings);
      return text === INVALID ? [] : [{ at: itemAt, text, place: node?.place ?? nowhere }];
    });
    if (written?.is !== 'list' && commands.length === 0) return INVALID;
    for (const secret of secretsIn(commands.map(({ text }) => text))) findings.secret(secret);
    return commands;
  },
);

const isEmpty = (node: SourceNode): boolean => node.is === 'scalar' && node.value === null;

/** A command. YAML reads `- echo Status: ok` as a mapping; the error explains that. */
const commandItem: Decode<string> = decoder(command.shape, (written, at, findings) => {
  const [first] = written?.is === 'mapping' ? written.entries : [];
  if (!first || !written) return command(written, at, findings);
  // The text after the colon may be a secret.
  const message = `YAML reads this command as a mapping, because of the ": " after ${JSON.stringify(first[0])}`;
  findings.error(at, written.place, message, 'put quotes around the whole command');
  return INVALID;
});

/** Syntax that only bash supports and other shells silently misread. */
const bashOnly = /\[\[|\$\{?UID\b|\$RANDOM\b|<\(|^\s*(source|declare|local -[aA])\s|\bfunction \w+|\+=\(/m;

/** Returns the plan of a list of commands: one script item, and an item for each unsupported call. */
export function scriptItem(
  name: string,
  commands: readonly ScriptCommand[],
  { facts, instance }: Context,
  options: {
    onError?: ScriptChange['onError'] | undefined;
    onInterrupt?: ScriptChange['onInterrupt'] | undefined;
    timeoutMs?: number | undefined;
    output?: ScriptChange['output'] | undefined;
  } = {},
): PlanItem[] {
  if (commands.length === 0) return [];
  const { items, before, notes } = adapt(
    commands.map(({ text }) => text),
    { facts, at: (index) => commands[index]?.at ?? name },
  );
  const needing = facts.sh === 'bash' ? undefined : commands.find(({ text }) => bashOnly.test(text));
  const hasBash = facts.programs.includes('bash');
  const { onError, onInterrupt, timeoutMs, output } = options;
  return [
    {
      at: name,
      changes: [
        {
          kind: 'script',
          name,
          items,
          ...(before !== undefined && { before }),
          shell: needing && hasBash ? 'bash' : 'sh',
          env: { INSTANCE_ID: instance.id },
          ...(onError && { onError }),
          ...(onInterrupt && { onInterrupt }),
          ...(timeoutMs && { timeoutMs }),
          ...(output && { output }),
        },
      ],
      commands: commands.map(infoOf),
      notes: [...notes, ...(needing ? [shellNote(needing.at, facts.sh, hasBash)] : [])],
    },
    ...calls(commands),
  ];
}

/** Notes on commands that call unsupported programs: the commands still run, and each is reported with its line. */
const calls = (commands: readonly ScriptCommand[]): readonly PlanItem[] =>
  commands.flatMap(({ at, text }) => {
    const notes = cloudInitCallNotes(text);
    return notes.length === 0 ? [] : [{ at, changes: [], notes }];
  });

const mostOfLine = 120;

function infoOf({ at, text, place }: ScriptCommand): CommandInfo {
  const [first = '', ...more] = text.trim().split('\n');
  const line = first.length > mostOfLine || more.length > 0 ? `${first.slice(0, mostOfLine)} ...` : first;
  return { at, line, ...(place.line > 0 && { place: `${place.source}:${place.line}:${place.column}` }) };
}

const shellNote = (at: string, sh: string, hasBash: boolean): Note =>
  hasBash
    ? { level: 'note', text: `${at} is written for bash, and /bin/sh is ${sh}: the whole list is run by bash` }
    : { level: 'warning', text: `${at} is written for bash, which is not installed: ${sh} will misread it` };
