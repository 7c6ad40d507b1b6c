import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { absolutePath } from '../agent/userdata/schema/absolute-path.ts';
import { flag, list, object, oneOf, optional, secret, text, withDefault } from '../agent/userdata/schema/decode.ts';

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

  plan({ random_seed: asked }, { instance }): readonly PlanItem[] {
    const path = asked?.file ?? '/dev/urandom';
    const items: PlanItem[] = [];
    if (asked?.data !== undefined) {
      const encoding = encodings[asked.encoding];
      items.push({
        at: 'random_seed',
        changes: [{ kind: 'random-seed', path, data: asked.data, encoding, secret: true }],
      });
    }
    const given = instance.metadata.random_seed;
    if (typeof given === 'string') {
      const change = { kind: 'random-seed', path, data: given, encoding: 'base64', secret: true } as const;
      items.push({ at: 'metadata.random_seed', changes: [change] });
    }
    if (asked?.command) {
      const text = 'a command that makes a seed is not run; "bootcmd" runs it as early';
      items.push({ at: 'random_seed.command', changes: [], notes: [{ level: 'warning', text }] });
    }
    return items;
  },
});
