import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { absolutePath } from '../agent/userdata/schema/absolute-path.ts';
import {
  converted,
  type Decode,
  decoder,
  entriesNamed,
  flag,
  INVALID,
  type Invalid,
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
import { fileContent, noContent } from '../agent/userdata/schema/file-content.ts';
import { limits } from '../agent/userdata/schema/limits.ts';
import { type AccountRequests, accountReads, requestedAccounts } from './accounts/requested-accounts.ts';
import { filePermissions } from './shared/file-permissions.ts';

const plainAddress = matching(
  /^(https?|file):\/\/[^\s\0]+$/,
  'an address that begins with http://, https:// or file://',
);
/** An address. A password in it is masked wherever settings are shown. */
const address: Decode<string> = decoder(plainAddress.shape, (written, at, findings) => {
  const uri = plainAddress(written, at, findings);
  const password = uri === INVALID ? undefined : /^\w+:\/\/[^/@]*:([^/@]+)@/.exec(uri)?.[1];
  if (password !== undefined) findings.secret(password);
  return uri;
});

/** HTTP headers. A line break in a value would inject another header. */
const headers = entriesNamed(
  /^[!#$%&'*+.^`|~\w-]+$/,
  'the name of a header',
  converted(secret, (value, { error }) => {
    if (!/[\0-\x08\x0a-\x1f\x7f]/.test(value)) return value;
    error('a header has a line break or another control character in it', 'write it in one line');
    return INVALID;
  }),
);

const settings = {
  path: absolutePath,
  content: optional(fileContent),
  encoding: withDefault('text/plain', text),
  source: optional(object({ uri: address, headers: optional(headers) })),
  owner: optional(text),
  permissions: optional(filePermissions),
  append: withDefault(false, flag),
  defer: withDefault(false, flag),
} as const;

/**
 * Misspellings of these keys invalidate the entry: without them a secret could be world-readable, or a shared file
 * overwritten.
 */
const fields = object(settings, {
  permissions: ['mode', 'perms', 'chmod', 'umask', 'rights', 'access'],
  owner: ['user', 'group', 'owned_by', 'chown', 'uid', 'gid'],
  append: [],
});

type Requested = typeof fields extends Decode<infer T> ? T : never;

interface File extends Omit<Requested, 'content'> {
  readonly content: string | Uint8Array;
  readonly isSecret: boolean;
}

/** All files. The size limit of unpacked content applies to the sum, since each file alone could fill the memory. */
const allFiles = decoder(items(fields).shape, (written, at, findings) => {
  let left: number = limits.bytes;
  const file = converted(fields, ({ content = noContent, ...requested }, tell): File | Invalid => {
    const file = { ...requested, content: content.bytes, isSecret: content.isSecret };
    if (file.source && file.append) {
      tell.error('source and append exclude each other');
      return INVALID;
    }
    if (!encodings.includes(file.encoding.toLowerCase())) {
      tell.warning(`the encoding ${JSON.stringify(file.encoding)} is not known: the content is written unchanged`);
      return file;
    }
    if (isSullied(file.content, file.encoding.toLowerCase())) {
      tell.warning('invalid base64 characters in the content are skipped');
    }
    const done = unpacked(file.content, file.encoding, left);
    if ('content' in done) {
      if (done.content !== file.content) left -= done.content.length;
      return { ...file, content: done.content };
    }
    tell.error(`the content ${done.why}`, `it is said to be ${file.encoding}`);
    return INVALID;
  });
  return items(file)(written, at, findings);
});

const writeFilesKey = withDefault<readonly Item<File>[]>([], allFiles);

const reads = { ...accountReads, write_files: writeFilesKey };
type Settings = AccountRequests & { readonly write_files: readonly Item<File>[] };

/**
 * Plans the files of the main stage: those whose owner and group exist by then, including the accounts that the configuration
 * requests.
 */
function planEarly(settings: Settings, context: Context): PlanItem[] {
  const isThere = ownershipIn(settings, context);
  return settings.write_files.flatMap((item) => (!isLate(item.value) && isThere(item.value) ? [itemFor(item)] : []));
}

/**
 * Plans the files of the final stage: those with `defer`, and those whose owner or group is a name other than root. Which
 * accounts exist may have changed since the main stage, so what that stage left out is not computed again: a file that it
 * wrote is compared once more and is unchanged.
 */
function planLate(settings: Settings, context: Context): PlanItem[] {
  const isThere = ownershipIn(settings, context);
  return settings.write_files.flatMap((item) => {
    if (isLate(item.value)) return [itemFor(item)];
    if (isAlwaysThere(item.value)) return [];
    if (!isThere(item.value)) return [itemFor(item)];
    const { at, changes } = itemFor(item);
    return [{ at, changes, again: true }];
  });
}

function itemFor({ at, value }: Item<File>): PlanItem {
  const { user, group } = ownersOf(value);
  const notes = notesOn(value.path);
  return {
    at,
    changes: [changeFor(value, { ...(user !== undefined && { owner: user }), ...(group !== undefined && { group }) })],
    ...(notes.length > 0 && { notes }),
  };
}

/**
 * Returns user and group as in chown(1): either may be left out, and is then root for a new file and unchanged for another.
 * cloud-init also takes "-1" and "none" for that.
 */
function ownersOf({ owner = 'root:root' }: File): {
  readonly user: string | undefined;
  readonly group: string | undefined;
} {
  const colon = owner.indexOf(':');
  const [user, group] = colon === -1 ? [owner, ''] : [owner.slice(0, colon), owner.slice(colon + 1)];
  const named = (name: string) => (/^(?:|-1|none)$/i.test(name.trim()) ? undefined : name.trim());
  return { user: named(user), group: named(group) };
}

const isFixed = (name: string | undefined): boolean => name === undefined || name === 'root' || /^\d+$/.test(name);

/** Whether owner and group exist on every machine: root, a number, or none. */
function isAlwaysThere(file: File): boolean {
  const { user, group } = ownersOf(file);
  return isFixed(user) && isFixed(group);
}

/** Downloads, which are not compared, and appended files are planned for one stage only. */
const isLate = (file: File): boolean =>
  file.defer || ((file.source !== undefined || file.append) && !isAlwaysThere(file));

/** Returns a test whether owner and group of a file exist in the main stage, once the requested accounts are created. */
function ownershipIn(settings: Settings, context: Context): (file: File) => boolean {
  const { facts } = context;
  const requested = requestedAccounts(settings, context);
  const has = (
    name: string | undefined,
    there: readonly { readonly name: string }[],
    asked: ReadonlySet<string>,
  ): boolean =>
    name === undefined ||
    isFixed(name) ||
    there.length === 0 ||
    asked.has(name) ||
    there.some((each) => each.name === name);
  return (file) => {
    const { user, group } = ownersOf(file);
    return has(user, facts.users, requested.users) && has(group, facts.groups, requested.groups);
  };
}

/** Directories whose scripts cloud-init runs and bootagent does not. */
const scriptFolder = /^\/var\/lib\/cloud\/scripts\/(per-boot|per-instance|per-once|vendor)\//;

function notesOn(path: string): readonly Note[] {
  const [, when] = scriptFolder.exec(path) ?? [];
  if (when === undefined) return [];
  const instead = when === 'per-boot' ? 'bootcmd runs at each boot' : 'use runcmd';
  return [{ level: 'warning', code: 'unsupported', text: `bootagent runs no scripts in this directory; ${instead}` }];
}

function changeFor(
  { path, content, isSecret, permissions, append, source }: File,
  owning: { readonly owner?: string; readonly group?: string },
): Change {
  const mode = permissions ?? (isSecret ? 0o600 : 0o644);
  // A file that other users cannot read is not shown as a diff either.
  const secret = isSecret || (mode & 0o077) === 0 ? ({ secret: true } as const) : {};
  if (!source) return { kind: 'file', path, content, mode, ...owning, ...(append && { append: true }), ...secret };
  const headers = Object.fromEntries((source.headers ?? []).map(({ name, value }) => [name, value]));
  const otherwise = content.length === 0 ? {} : { otherwise: content };
  return { kind: 'download', path, url: source.uri, headers, ...otherwise, mode, ...owning, ...secret };
}

/** Files that are written before sshd starts. */
export const writeFiles = defineModule({
  name: 'write_files',
  summary: 'Files with this content, owner and mode.',
  every: 'instance',
  reads,
  consults: Object.keys(accountReads),
  plan: planEarly,
});

const lateReads = { ...reads, write_files: silent(writeFilesKey) };

/** Files with `defer`, or with an owner that is created late. */
export const deferredFiles = defineModule({
  name: 'write_files_deferred',
  summary: 'Files that are written last, since they say so or their owner comes late.',
  every: 'instance',
  reads: lateReads,
  consults: Object.keys(accountReads),
  plan: planLate,
});
