import type { Note, PlanItem, ScriptChange } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import {
  converted,
  type Decode,
  decoder,
  either,
  INVALID,
  items,
  list,
  text,
} from '../../agent/userdata/schema/decode.ts';
import { adapt } from './adapt-legacy.ts';
import { secretsIn } from './secrets-in-commands.ts';

/** A line of shell, or the words of a command: either way, in the words that were written. */
const command: Decode<string> = either(
  converted(list(text), (words) => words.map(quoted).join(' ')),
  text,
  'a command: text, or a list of words',
);

/** A list of commands. An empty item is passed over, as cloud-init does; a wrong one costs only itself. */
export const commandList: Decode<readonly string[]> = decoder(
  { is: 'list', of: command.shape },
  (written, at, findings) => {
    if (written?.is === 'list') {
      const meant = written.items.filter((each) => !(each.is === 'scalar' && each.value === null));
      const found = items(command)({ ...written, items: meant }, at, findings);
      return found === INVALID ? INVALID : withSecrets(found.map(({ value }) => value));
    }
    const one = command(written, at, findings);
    return one === INVALID ? INVALID : withSecrets([one]);

    function withSecrets(commands: readonly string[]): readonly string[] {
      for (const each of secretsIn(commands)) findings.secret(each);
      return commands;
    }
  },
);

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** The shell's words that only bash knows, and a shell that is not bash silently takes for something else. */
const bashOnly = /\[\[|\$\{?UID\b|\$RANDOM\b|<\(|^\s*(source|declare|local -[aA])\s|\bfunction \w+|\+=\(/m;

/** The one item of a plan that a list of commands is. */
export function scriptItem(
  name: string,
  commands: readonly string[],
  { facts, instance }: Context,
  options: {
    onError?: ScriptChange['onError'] | undefined;
    onInterrupt?: ScriptChange['onInterrupt'] | undefined;
    timeoutMs?: number | undefined;
  } = {},
): PlanItem[] {
  if (commands.length === 0) return [];
  const { items, before, notes } = adapt(name, commands, facts);
  const needing = facts.sh === 'bash' ? -1 : commands.findIndex((each) => bashOnly.test(each));
  const hasBash = facts.programs.includes('bash');
  const { onError, onInterrupt, timeoutMs } = options;
  return [
    {
      at: name,
      changes: [
        {
          kind: 'script',
          name,
          items,
          ...(before !== undefined && { before }),
          shell: needing !== -1 && hasBash ? 'bash' : 'sh',
          env: { INSTANCE_ID: instance.id },
          ...(onError && { onError }),
          ...(onInterrupt && { onInterrupt }),
          ...(timeoutMs && { timeoutMs }),
        },
      ],
      notes: [...notes, ...(needing === -1 ? [] : [shellNote(name, needing, facts.sh, hasBash)])],
    },
  ];
}

const shellNote = (name: string, item: number, sh: string, hasBash: boolean): Note =>
  hasBash
    ? {
        level: 'note',
        text: `${name}[${item}] is written for bash, and /bin/sh is ${sh}: the whole list is run by bash`,
      }
    : {
        level: 'warning',
        text: `${name}[${item}] is written for bash, which is not installed: ${sh} will misread it`,
      };
