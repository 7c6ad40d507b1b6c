import type { Change } from '../../agent/engine/change.ts';
import {
  type Decode,
  decoder,
  flag,
  INVALID,
  type Item,
  items,
  object,
  oneOf,
  optional,
  secret,
  section,
  withDefault,
} from '../../agent/userdata/schema/decode.ts';
import { nowhere, type SourceNode } from '../../agent/userdata/schema/source-node.ts';
import { hash, isHash, plainPassword, userName } from './fields.ts';

/** A password: its hash, plain text, or a random one of this length. */
export type Password = { readonly hash: string } | { readonly plain: string } | { readonly random: number };

export interface UserPassword {
  readonly name: string;
  readonly password: Password;
}

const randomLength = 20;

const entryFields = object({
  name: userName,
  password: optional(secret),
  type: withDefault('hash', oneOf('hash', 'text', 'RANDOM')),
});

const entry: Decode<UserPassword> = decoder(entryFields.shape, (written, at, findings) => {
  const value = entryFields(written, at, findings);
  if (value === INVALID) return INVALID;
  if (value.type === 'RANDOM') return { name: value.name, password: { random: randomLength } };
  const word = written?.is === 'mapping' ? written.entries.get('password')?.value : undefined;
  const place = `${at}.password`;
  if (value.type === 'hash') {
    const found = hash(word, place, findings);
    return found === INVALID ? INVALID : { name: value.name, password: { hash: found } };
  }
  const found = plainPassword(word, place, findings);
  return found === INVALID ? INVALID : { name: value.name, password: { plain: found } };
});

/** A password or its hash, distinguished by its format. */
const passwordWord: Decode<Password> = decoder(
  { is: 'scalar', what: 'a password or its hash (kept secret)', secret: true },
  (written, at, findings) => {
    const value = plainPassword(written, at, findings);
    if (value === INVALID) return INVALID;
    return isHash(value) ? { hash: value } : { plain: value };
  },
);

/** "name:password", where the password may be a hash, or R or RANDOM for a random one. */
const line: Decode<UserPassword> = decoder(
  { is: 'scalar', what: 'user:password', secret: true },
  (written, at, findings) => {
    const words = secret(written, at, findings);
    if (words === INVALID) return INVALID;
    const colon = words.indexOf(':');
    const scalar = (text: string): SourceNode => ({
      is: 'scalar',
      value: text,
      raw: text,
      place: written?.place ?? nowhere,
    });
    const name = userName(scalar(colon === -1 ? '' : words.slice(0, colon)), at, { ...findings, error: refuse });
    if (name === INVALID) return INVALID;
    const password = words.slice(colon + 1);
    if (password === 'R' || password === 'RANDOM') return { name, password: { random: randomLength } };
    const given = passwordWord(scalar(password), at, findings);
    return given === INVALID ? INVALID : { name, password: given };

    // The text before the colon may be part of a password, so the message does not quote it.
    function refuse(): void {
      findings.error(at, written?.place ?? nowhere, 'expected user:password');
    }
  },
);

const lines: Decode<readonly Item<UserPassword>[]> = decoder(
  {
    is: 'either',
    of: [
      { is: 'list', of: line.shape },
      { is: 'scalar', what: 'lines of user:password' },
    ],
  },
  (written, at, findings) => {
    if (written?.is !== 'scalar') return items(line)(written, at, findings);
    const all = written.raw.split('\n').filter((each) => each.trim() !== '');
    return items(line)(
      { is: 'list', items: all.map((words) => ({ ...written, value: words, raw: words })), place: written.place },
      at,
      findings,
    );
  },
);

/** The settings that set passwords for users by name. */
export const passwordReads = {
  chpasswd: optional(
    section({
      expire: withDefault(true, flag),
      users: withDefault<readonly Item<UserPassword>[]>([], items(entry)),
      list: withDefault<readonly Item<UserPassword>[]>([], lines),
    }),
  ),
  password: optional(passwordWord),
};

export type PasswordSettings = {
  readonly [K in keyof typeof passwordReads]: (typeof passwordReads)[K] extends Decode<infer T> ? T : never;
};

/** Returns the changes that set a password and, if `expire`, force a new one at the next login. */
export function passwordChanges(user: string, password: Password, expire: boolean): Change[] {
  const change: Change =
    'hash' in password
      ? { kind: 'password', user, hash: password.hash, secret: true }
      : { kind: 'plain-password', user, password: 'plain' in password ? password.plain : password, secret: true };
  return expire ? [change, { kind: 'expired-password', user, follows: change }] : [change];
}
