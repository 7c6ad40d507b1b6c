import { unknownOption } from '../../agent/resources/ssh/authorized-keys-file.ts';
import { readKeyLine } from '../../agent/resources/ssh/key-line.ts';
import {
  converted,
  type Decode,
  decoder,
  INVALID,
  type Item,
  items,
  matching,
  secret,
  text,
} from '../../agent/userdata/schema/decode.ts';
import type { Shape } from '../../agent/userdata/schema/shape.ts';
import type { Mapping, SourceNode } from '../../agent/userdata/schema/source-node.ts';

/** Names that shadow-utils and sudo accept, and that none of their programs can mistake for something else. */
const namePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_$-]?$/;

const name = (what: string): Decode<string> =>
  matching(namePattern, `the name of a ${what} (letters, digits and . _ -, at most 32)`);

export const userName = name('user');
export const groupName = name('group');

/** A group by name, or by number if it has no name yet. */
export const groupOrNumber: Decode<string> = matching(
  new RegExp(`${namePattern.source}|^\\d{1,9}$`),
  'the name or number of a group',
);

export const path: Decode<string> = matching(
  /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^:\0\r\n]*$/,
  'an absolute path without ".." and ":"',
);

/** A field of /etc/passwd. */
export const field: Decode<string> = matching(/^[^:\0\r\n]*$/, 'one line without ":"');

export const date: Decode<string> = converted(
  matching(/^\d{4}-\d\d-\d\d$/, 'a day such as 2027-01-31'),
  (day, { error }) => {
    if (!Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)) return day;
    error(`expected a day such as 2027-01-31, got ${JSON.stringify(day)}`);
    return INVALID;
  },
);

/** A password hash as in shadow(5). A value that is not a hash is never quoted: it may be a password. */
export const hash: Decode<string> = converted(secret, (value, { error }) => {
  if (isHash(value)) return value;
  error('expected the hash of a password, such as $6$…', 'Make one with "openssl passwd -6".');
  return INVALID;
});

/** Whether a value is a password hash in a format of crypt(5), or a locked-password field. */
export const isHash = (value: string): boolean =>
  /^!*\$(?:1|2[abxy]|5|6|7|y|gy|md5|sha1)\$[^:\s]+$/.test(value) || /^[!*]+$/.test(value);

export const plainPassword: Decode<string> = converted(secret, (value, { error }) => {
  if (value !== '' && !/[\0\r\n]/.test(value)) return value;
  error(value === '' ? 'an empty password would let anyone log in' : 'a password is one line');
  return INVALID;
});

const replacePrivate =
  'write the public key (the file that ends in .pub), and stop using this pair: it is in the user-data now';

/** A key line. A private key in its place is never shown. */
const keyText: Decode<string> = decoder(text.shape, (written, at, findings) => {
  if (written?.is === 'scalar' && written.raw.includes('PRIVATE KEY')) findings.secret(written.raw);
  return text(written, at, findings);
});

/** A line of authorized_keys with its warnings, or the reason why it is invalid. */
export type JudgedKey =
  | { readonly text: string; readonly options: string; readonly warnings: readonly string[] }
  | { readonly wrong: string };

/** Checks one line from any source. */
export function judgedKey(written: string): JudgedKey {
  const line = readKeyLine(written);
  if (typeof line === 'string') return { wrong: line };
  const unknown = unknownOption(line.options);
  const warnings = [
    ...(unknown === undefined ? [] : [`sshd knows no option ${JSON.stringify(unknown)}, and passes over the line`]),
    ...(line.key.type.certificate ? ['sshd accepts no certificate in authorized_keys'] : []),
  ];
  return { text: line.text, options: line.options, warnings };
}

/** One public key, in the format of authorized_keys. */
const keyLine: Decode<string> = converted(keyText, (written, { error, warning }) => {
  const key = judgedKey(written);
  if ('wrong' in key) {
    if (written.includes('PRIVATE KEY')) error('this is a private key', replacePrivate);
    else error(`expected a line of authorized_keys: it ${key.wrong}`);
    return INVALID;
  }
  for (const each of key.warnings) warning(each);
  return key.text;
});

const keysByName = 'a mapping of names to keys: the names are ignored, and all keys go to the same user';
const writeList = 'write a list; the keys of one user go below that user in "users"';

/**
 * SSH keys, each decoded on its own: an invalid key does not affect the others. Also accepts a single text, with one or
 * several lines, and a mapping of names to keys.
 */
export const keyList: Decode<readonly string[]> = decoder(listOrText(keyLine.shape), (written, at, findings) => {
  if (written?.is === 'mapping') findings.warning(at, written.place, keysByName, writeList);
  const found = items(keysOfText)(asList(written), at, findings);
  return found === INVALID ? INVALID : found.flatMap(({ value }) => value);
});

const keysOfText: Decode<readonly string[]> = decoder(keyLine.shape, (written, at, findings) => {
  const lines = written?.is === 'scalar' && written.value !== null ? linesOf(written.raw) : [];
  if (written?.is !== 'scalar' || lines.length < 2) {
    const key = keyLine(written, at, findings);
    return key === INVALID ? INVALID : [key];
  }
  return lines.flatMap((raw) => {
    const key = keyLine({ ...written, raw, value: raw }, at, findings);
    return key === INVALID ? [] : [key];
  });
});

/** The lines that may be keys. A private key stays in one piece: it is one mistake, and all its lines are secret. */
const linesOf = (words: string): readonly string[] =>
  words.trimStart().startsWith('-----BEGIN')
    ? [words]
    : words.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));

/** Names in a list, as the keys of a mapping, or in one comma-separated text. */
export const namesOf = (item: Decode<string>): Decode<readonly string[]> =>
  decoder(namesShape(item.shape), (written, at, findings) => {
    const found = items(item)(written?.is === 'mapping' ? keysOf(written) : split(written), at, findings);
    return found === INVALID ? INVALID : found.map(({ value }) => value);
  });

/** Rules for sudo; an empty list for `false` and null. */
export const sudoRules: Decode<readonly string[] | undefined> = decoder(
  { is: 'optional', of: listOrText(text.shape) },
  (written, at, findings) => {
    if (written === undefined) return undefined;
    if (written.is === 'scalar' && (written.value === null || written.value === false)) return [];
    const rule = matching(/^[^\0\r\n]*\S[^\0\r\n]*$/, 'a rule for sudo, in one line');
    const found = items(rule)(asList(written), at, findings);
    return found === INVALID ? INVALID : found.map(({ value }: Item<string>) => value.trim());
  },
);

const keysOf = ({ entries, place }: Mapping): SourceNode => ({
  is: 'list',
  items: [...entries].map(([name, { key }]) => ({ is: 'scalar', value: name, raw: name, place: key })),
  place,
});

const namesShape = (item: Shape): Shape => ({
  is: 'either',
  says: `a list, or one text with commas, each ${item.is === 'scalar' ? item.what : 'a name'}`,
  of: [
    { is: 'list', of: item },
    { is: 'scalar', what: 'names with commas between them' },
    { is: 'map', of: anything },
  ],
});

const anything: Shape = {
  is: 'optional',
  of: {
    is: 'either',
    of: [
      { is: 'scalar', what: 'anything' },
      { is: 'list', of: { is: 'scalar', what: 'anything' } },
    ],
  },
};

/** A list, one text (possibly comma-separated), or a mapping of names to items. */
export function listOrText(item: Shape): Shape {
  const one: Shape = { is: 'scalar', what: item.is === 'scalar' ? item.what : 'text' };
  return {
    is: 'either',
    says: `a list, each ${one.what}`,
    of: [{ is: 'list', of: item }, one, { is: 'map', of: item }],
  };
}

function asList(written: SourceNode | undefined): SourceNode | undefined {
  if (written?.is === 'scalar' && written.value !== null) return { is: 'list', items: [written], place: written.place };
  if (written?.is !== 'mapping') return written;
  return { is: 'list', items: [...written.entries.values()].map(({ value }) => value), place: written.place };
}

/** Splits "a, b" into the list of "a" and "b". */
export function split(written: SourceNode | undefined): SourceNode | undefined {
  if (written?.is !== 'scalar' || written.value === null) return asList(written);
  const words = written.raw.split(',').map((word) => word.trim());
  return {
    is: 'list',
    items: words.map((word) => ({ ...written, value: word, raw: word })),
    place: written.place,
  };
}
