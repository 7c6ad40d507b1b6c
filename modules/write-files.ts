import type { Change, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import {
  converted,
  type Decode,
  decoder,
  entries,
  flag,
  INVALID,
  type Item,
  items,
  matching,
  object,
  optional,
  secret,
  silent,
  text,
  withDefault,
} from '../agent/userdata/schema/decode.ts';
import { encodings, isSullied, unpacked } from '../agent/userdata/schema/encoded-content.ts';
import { nowhere } from '../agent/userdata/schema/source-node.ts';

/** A mode is read from its words: `0644` and `'644'` are the same, and a bare `644`, which YAML takes for decimal, is refused. */
const mode: Decode<number> = decoder({ is: 'scalar', what: "permissions such as '0644'" }, (written, at, findings) => {
  const words = written?.is === 'scalar' ? written.raw : '';
  const [, zero, digits] = /^(0o?)?([0-7]{3,4})$/.exec(words) ?? [];
  const decimal = written?.is === 'scalar' && !written.quoted && zero === undefined;
  if (digits !== undefined && !decimal) return Number.parseInt(digits, 8);
  const place = written?.place ?? nowhere;
  if (digits === undefined)
    findings.error(at, place, `expected permissions such as '0644', got ${JSON.stringify(words)}`);
  else
    findings.error(
      at,
      place,
      `${words} without quotes is the decimal number ${Number(words).toString(8)} in octal`,
      `write '0${words}'`,
    );
  return INVALID;
});

/** Text, or the bytes of a value that YAML marks as binary. */
const raw: Decode<string | Uint8Array> = decoder({ is: 'scalar', what: 'text' }, (written, at, findings) =>
  written?.is === 'scalar' && written.value instanceof Uint8Array ? written.value : text(written, at, findings),
);

const plainAddress = matching(
  /^(https?|file):\/\/[^\s\0]+$/,
  'an address that begins with http://, https:// or file://',
);
/** The password that may stand in an address is one wherever the settings are shown. */
const address: Decode<string> = decoder(plainAddress.shape, (written, at, findings) => {
  const uri = plainAddress(written, at, findings);
  const password = uri === INVALID ? undefined : /^\w+:\/\/[^/@]*:([^/@]+)@/.exec(uri)?.[1];
  if (password !== undefined) findings.secret(password);
  return uri;
});

const fields = object({
  path: matching(/^\/[^\0]*[^/\0]$/, 'an absolute path'),
  content: withDefault<string | Uint8Array>('', raw),
  encoding: withDefault('text/plain', text),
  source: optional(object({ uri: address, headers: optional(entries(secret)) })),
  owner: optional(text),
  permissions: optional(mode),
  append: withDefault(false, flag),
  defer: withDefault(false, flag),
});

const file = converted(fields, (file, tell) => {
  if (file.source && file.append) {
    tell.error('source and append exclude each other');
    return INVALID;
  }
  if (!encodings.includes(file.encoding.toLowerCase())) {
    tell.warning(`the encoding ${JSON.stringify(file.encoding)} is not known: the content is written as it stands`);
    return file;
  }
  if (isSullied(file.content, file.encoding.toLowerCase())) {
    tell.warning('the content holds letters that are no base64: they are passed over');
  }
  const done = unpacked(file.content, file.encoding);
  if ('content' in done) return { ...file, content: done.content };
  tell.error(`the content ${done.why}`, `it is said to be ${file.encoding}`);
  return INVALID;
});

type File = typeof file extends Decode<infer T> ? T : never;

const writeFilesKey = withDefault<readonly Item<File>[]>([], items(file));

function plan(files: readonly Item<File>[], { facts }: Context, deferred: boolean): PlanItem[] {
  return files.flatMap(({ at, value }) => {
    const { owner = 'root:root', defer } = value;
    const [user = 'root', group = user] = owner.split(':');
    const isKnown = /^\d+$/.test(user) || facts.users.length === 0 || facts.users.some(({ name }) => name === user);
    // An owner who is yet to be made by a package or by "users": the file waits for the last stage by itself.
    if ((defer || !isKnown) !== deferred) return [];
    return [{ at, changes: [changeFor(value, { owner: user, group })] }];
  });
}

function changeFor(
  { path, content, permissions, append, source }: File,
  owning: { readonly owner: string; readonly group: string },
): Change {
  const mode = permissions ?? 0o644;
  // What others may not read on the disk is shown to nobody as a diff either.
  const secret = (mode & 0o077) === 0 ? ({ secret: true } as const) : {};
  if (!source) return { kind: 'file', path, content, mode, ...owning, ...(append && { append: true }), ...secret };
  const headers = Object.fromEntries((source.headers ?? []).map(({ name, value }) => [name, value]));
  const otherwise = content.length === 0 ? {} : { otherwise: content };
  return { kind: 'download', path, url: source.uri, headers, ...otherwise, mode, ...owning, ...secret };
}

const reads = { write_files: writeFilesKey };

/** Files written before sshd starts. */
export const writeFiles = defineModule({
  name: 'write_files',
  summary: 'Files with this content, owner and mode.',
  every: 'instance',
  reads,
  plan: ({ write_files }, context): readonly PlanItem[] => plan(write_files, context, false),
});

const lateReads = { write_files: silent(writeFilesKey) };

/** Files that ask to be written last, or whose owner is made by then. */
export const deferredFiles = defineModule({
  name: 'write_files_deferred',
  summary: 'Files that are written last, since they say so or their owner comes late.',
  every: 'instance',
  reads: lateReads,
  plan: ({ write_files }, context): readonly PlanItem[] => plan(write_files, context, true),
});
