import { shellQuoted } from '../agent/base/shell-quote.ts';
import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { absolutePath } from '../agent/userdata/schema/absolute-path.ts';
import { flag, list, object, oneOf, optional, secret, text, withDefault } from '../agent/userdata/schema/decode.ts';
import { nowhere } from '../agent/userdata/schema/source-node.ts';
import { type ScriptCommand, scriptItem } from './commands/plan-commands.ts';

const settings = object({
  file: withDefault('/dev/urandom', absolutePath),
  data: optional(secret),
  encoding: withDefault('raw', oneOf('raw', 'base64', 'b64', 'gzip', 'gz')),
  command: optional(list(text)),
  command_required: withDefault(false, flag),
});

const encodings = { raw: 'raw', base64: 'base64', b64: 'base64', gzip: 'gzip', gz: 'gzip' } as const;

const reads = { random_seed: optional(settings) };

/** Seeds the random number generator, so that copies of an image do not generate the same numbers. */
export const randomSeed = defineModule({
  name: 'random_seed',
  summary: 'Seeds the random numbers with what the user-data and the metadata give for that.',
  every: 'instance',
  reads,

  plan({ random_seed: asked }, context): readonly PlanItem[] {
    const path = asked?.file ?? '/dev/urandom';
    const items: PlanItem[] = [];
    if (asked?.data !== undefined) {
      const encoding = encodings[asked.encoding];
      items.push({
        at: 'random_seed',
        changes: [{ kind: 'random-seed', path, data: asked.data, encoding, secret: true }],
      });
    }
    const given = context.instance.metadata.random_seed;
    if (typeof given === 'string') {
      const change = { kind: 'random-seed', path, data: given, encoding: 'base64', secret: true } as const;
      items.push({ at: 'metadata.random_seed', changes: [change] });
    }
    if (asked?.command && asked.command.length > 0) {
      items.push(
        ...scriptItem('random_seed.command', [seedCommand(asked.command, path, asked.command_required)], context),
      );
    }
    return items;
  },
});

/** A command that is not installed is passed over, unless it is required. */
function seedCommand(words: readonly string[], file: string, isRequired: boolean): ScriptCommand {
  const [program = '', ...rest] = words.map(shellQuoted);
  const run = `RANDOM_SEED_FILE=${shellQuoted(file)} ${[program, ...rest].join(' ')}`;
  const text = isRequired ? run : `if command -v ${program} >/dev/null; then ${run}; fi`;
  return { at: 'random_seed.command', text, place: nowhere };
}
