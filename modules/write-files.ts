import type { PlanItem } from '../agent/change.ts';
import { type Context, defineModule } from '../agent/module.ts';
import {
  bad,
  converted,
  type Decode,
  flag,
  type Item,
  items,
  matching,
  object,
  optional,
  text,
  withDefault,
} from '../agent/userdata/decode.ts';

/** A mode is read from its words: `0644` and `'0644'` are the same, and `644`, which YAML takes for decimal, is refused. */
const mode: Decode<number> = converted(text, (words, { error }) => {
  const [, digits] = /^(?:0o?)?([0-7]{3,4})$/.exec(words) ?? [];
  if (digits === undefined) {
    error(`expected permissions such as '0644', got ${JSON.stringify(words)}`);
    return bad;
  }
  return Number.parseInt(digits, 8);
});

const file = object({
  path: matching(/^\/[^\0]*[^/\0]$/, 'an absolute path'),
  content: withDefault('', text),
  owner: optional(text),
  permissions: optional(mode),
  append: withDefault(false, flag),
  defer: withDefault(false, flag),
});

type File = typeof file extends Decode<infer T> ? T : never;

const reads = { write_files: withDefault<readonly Item<File>[]>([], items(file)) };

function plan(files: readonly Item<File>[], { facts }: Context, deferred: boolean): PlanItem[] {
  return files.flatMap(({ at, value: { path, content, owner = 'root:root', permissions, append, defer } }) => {
    const [user = 'root', group = user] = owner.split(':');
    const isKnown = /^\d+$/.test(user) || facts.users.length === 0 || facts.users.some(({ name }) => name === user);
    // An owner who is yet to be made by a package or by "users": the file waits for the last stage by itself.
    if ((defer || !isKnown) !== deferred) return [];
    return [
      {
        at,
        changes: [
          {
            kind: 'file',
            path,
            content,
            mode: permissions ?? 0o644,
            owner: user,
            group,
            ...(append && { append: true as const }),
          },
        ],
      },
    ];
  });
}

/** Files written before sshd starts. */
export const writeFiles = defineModule({
  name: 'write_files',
  summary: 'Files with this content, owner and mode.',
  every: 'instance',
  reads,
  plan: ({ write_files }, context) => plan(write_files, context, false),
});

/** Files that ask to be written last, or whose owner is made by then. */
export const deferredFiles = defineModule({
  name: 'write_files_deferred',
  summary: 'Files that are written last, since they say so or their owner comes late.',
  every: 'instance',
  reads,
  plan: ({ write_files }, context) => plan(write_files, context, true),
});
