import {
  type Decode,
  decodeFields,
  decoder,
  flag,
  INVALID,
  optional,
  strayDash,
} from '../../agent/userdata/schema/decode.ts';
import type { Findings, Shape } from '../../agent/userdata/schema/shape.ts';
import type { Mapping, SourceNode } from '../../agent/userdata/schema/source-node.ts';
import { type AccountSettings, account } from './account-fields.ts';
import { importId, keyList, namesOf, split, userName } from './fields.ts';

/** An entry of `users`: "default", or a user with its settings. */
export interface Listed {
  readonly at: string;
  readonly name: string;
  readonly account: Partial<AccountSettings>;
}

const named: Decode<AccountSettings & { readonly name: string }> = decoder(account.shape, (written, at, findings) => {
  const value = account(written, at, findings);
  if (value === INVALID) return INVALID;
  if (value.name !== undefined) return { ...value, name: value.name };
  // The snap store names a snap user: valid cloud-config, but not supported.
  if (written && value.snapuser !== undefined) findings.warning(at, written.place, 'snap users are not made');
  else if (written) findings.error(at, written.place, 'a user without a name');
  return INVALID;
});

function usersShape(): Shape {
  const names: Shape = { is: 'scalar', what: 'the name of a user, or names with commas between them' };
  const entry: Shape = { is: 'either', of: [names, account.shape, { is: 'list', of: userName.shape }] };
  const wanted: Shape = { is: 'optional', of: { is: 'either', of: [account.shape, flag.shape] } };
  return {
    is: 'either',
    says: 'a list, each "default", the name of a user, or a mapping',
    of: [{ is: 'list', of: entry }, { is: 'map', of: wanted }, names],
  };
}

/** `users`: a list of names and mappings, a mapping by name, or comma-separated names. */
export const userList: Decode<readonly Listed[]> = decoder(usersShape(), (written, at, findings) => {
  if (written?.is === 'mapping') return byName(written, at, findings);
  const list = split(written);
  if (list?.is !== 'list') {
    if (written) findings.error(at, written.place, 'expected a list of users');
    return INVALID;
  }
  return list.items.flatMap((item, index) => {
    const place = written?.is === 'list' ? `${at}[${index}]` : at;
    return item.is === 'mapping'
      ? entry(item, place, strayDash(list.items, index, findings))
      : namesIn(item, place, findings);
  });
});

function entry(written: Mapping, at: string, findings: Findings): Listed[] {
  const value = named(written, at, findings);
  return value === INVALID ? [] : [{ at, name: value.name, account: value }];
}

function namesIn(written: SourceNode, at: string, findings: Findings): Listed[] {
  const several = written.is === 'list' || (written.is === 'scalar' && written.raw.includes(','));
  const found = several ? namesOf(userName)(written, at, findings) : userName(written, at, findings);
  return found === INVALID ? [] : [found].flat().map((name) => ({ at, name, account: {} }));
}

function byName(written: Mapping, at: string, findings: Findings): Listed[] | typeof INVALID {
  const name = written.entries.get('name');
  if (name?.value.is === 'scalar' && typeof name.value.value === 'string') {
    const hint = 'put "- " before "name", and two more spaces before its other settings';
    findings.error(at, written.place, 'this is one user, and not a list of users', hint);
    return INVALID;
  }
  return [...written.entries].flatMap(([name, { key, value }]): Listed[] => {
    const place = `${at}.${name}`;
    const known = userName({ is: 'scalar', value: name, raw: name, place: key }, place, findings);
    if (known === INVALID) return [];
    if (value.is === 'mapping') {
      const decoded = account(value, place, findings);
      return decoded === INVALID ? [] : [{ at: place, name, account: decoded }];
    }
    const wanted = value.is === 'scalar' && value.value === null ? true : flag(value, place, findings);
    return wanted === true ? [{ at: place, name, account: {} }] : [];
  });
}

/** `user`: the default user with another name or other properties. */
export const defaultUser: Decode<Partial<AccountSettings>> = decoder(
  { is: 'either', of: [userName.shape, account.shape] },
  (written, at, findings) => {
    if (written?.is === 'mapping') return account(written, at, findings);
    const name = userName(written, at, findings);
    return name === INVALID ? INVALID : { name };
  },
);

/** The image's settings of the default user; the other keys of `system_info` are ignored. */
export const systemInfo: Decode<{ readonly default_user?: Partial<AccountSettings> | undefined }> = decoder(
  { is: 'object', fields: { default_user: { is: 'optional', of: account.shape } }, open: true },
  (written, at, findings) => {
    if (written?.is === 'mapping')
      return decodeFields({ default_user: optional(account) }, written, `${at}.`, findings);
    if (written) findings.error(at, written.place, 'expected a mapping');
    return INVALID;
  },
);

/** The settings that define users. */
export const peopleReads = {
  users: optional(userList),
  user: optional(defaultUser),
  system_info: optional(systemInfo),
  ssh_authorized_keys: optional(keyList),
  ssh_import_id: optional(namesOf(importId)),
  allow_public_ssh_keys: optional(flag),
};

export type PeopleSettings = {
  readonly [K in keyof typeof peopleReads]: (typeof peopleReads)[K] extends Decode<infer T> ? T : never;
};
