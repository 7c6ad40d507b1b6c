import { isArmored } from '../../agent/resources/packages/openpgp.ts';
import {
  converted,
  type Decode,
  decoder,
  either,
  entries,
  entriesNamed,
  flag,
  INVALID,
  type Item,
  items,
  list,
  matching,
  object,
  optional,
  secret,
  text,
} from '../../agent/userdata/schema/decode.ts';
import { hidingPasswords } from '../shared/url-passwords.ts';

const line = (what: string): Decode<string> => hidingPasswords(matching(/^[^\s\0"]+$/, what));
const block: Decode<string> = hidingPasswords(text);

/** A key as text, or where it is read from. */
const key: Decode<string> = hidingPasswords(
  converted(text, (value, { error }) => {
    if (isArmored(value)) return value;
    const from = value.trim().replace(/^\/(?!\/)/, 'file:///');
    if (/^(?:https:\/\/[^\s]+|file:\/\/\/[^\s]+)$/.test(from)) return from;
    error('expected a public key in ASCII armor, an https:// URL or a path');
    return INVALID;
  }),
);

const keyid: Decode<string> = converted(
  matching(/^(?:0x)?[0-9A-Fa-f\s]+$/, 'the fingerprint of a key'),
  (written, { error, warning }) => {
    const digits = written.replace(/^0x|\s/g, '').toUpperCase();
    if (![8, 16, 40, 64].includes(digits.length)) {
      error(`expected a fingerprint of 40 digits, got ${digits.length}`);
      return INVALID;
    }
    if (digits.length === 8) warning('8 digits fit many keys: give the fingerprint of 40 digits');
    return digits;
  },
);

const keyserver = matching(
  /^(?:(?:hkps?|https?):\/\/)?[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?\/?$/,
  'a key server such as keyserver.ubuntu.com',
);

/** How a key is given: its text or address, or its id at a key server. */
const keyFields = { key: optional(key), keyid: optional(keyid), keyserver: optional(keyserver) };
export interface KeySettings {
  readonly key: string | undefined;
  readonly keyid: string | undefined;
  readonly keyserver: string | undefined;
}

const sourceFields = object({
  source: optional(block),
  filename: optional(matching(/^(?!.*(?:^|\/)\.\.(?:\/|$))[^\s\0]+$/, 'the name of a file')),
  append: optional(flag),
  ...keyFields,
});
export type Source = typeof sourceFields extends Decode<infer T> ? T : never;

const uri = line('the address of a mirror');
const mirror = object({
  arches: optional(list(text)),
  uri: optional(uri),
  search: optional(list(uri)),
  search_dns: optional(flag),
  ...keyFields,
});
export type Mirror = typeof mirror extends Decode<infer T> ? T : never;

/** Answers for debconf. The answer to a question of the type "password" is hidden. */
const answers: Decode<string> = decoder(secret.shape, (written, at, findings) => {
  const value = secret(written, at, findings);
  if (value === INVALID) return INVALID;
  for (const each of value.split('\n')) {
    const password = /^\s*[^#\s]\S*\s+\S+\s+password\s+(.+)$/.exec(each)?.[1];
    if (password !== undefined) findings.secret(password.trim());
  }
  const wrong = value.split('\n').findIndex((each) => !/^\s*(?:#.*)?$|^\s*\S+\s+\S+\s+\S+/.test(each));
  if (wrong === -1) return value;
  const place = written?.place;
  if (place) findings.error(at, place, `line ${wrong + 1} is not "PACKAGE QUESTION TYPE ANSWER"`);
  return INVALID;
});

const preference = object({
  package: matching(/^[^\n\0]+$/, 'the name of a package, or a pattern'),
  pin: matching(/^(?:release|origin|version)\s[^\n\0]+$/, 'a pin such as "release a=stable"'),
  'pin-priority': matching(/^-?\d+$/, 'a number'),
});

const pattern = converted(text, (written, { error }) => {
  try {
    return new RegExp(written);
  } catch {
    error('expected a regular expression');
    return INVALID;
  }
});

export type NamedSource = Item<Source> & { readonly name: string };
const sources = entriesNamed(/^[^\0\n]+$/, 'the name of a source', sourceFields);

/** The sources of old configurations may be a list, which all go to one file. */
export const oldSources: Decode<readonly NamedSource[]> = either(
  converted(items(sourceFields), (list) => list.map((each) => ({ ...each, name: 'cloud_config_sources.list' }))),
  sources,
);

export const proxy = line('the address of a proxy');
const alone = {
  proxy: optional(proxy),
  http_proxy: optional(proxy),
  https_proxy: optional(proxy),
  ftp_proxy: optional(proxy),
  preserve_sources_list: optional(flag),
  sources_list: optional(block),
};

export const aptSettings = object({
  ...alone,
  conf: optional(block),
  primary: optional(items(mirror)),
  security: optional(items(mirror)),
  disable_suites: optional(list(matching(/^[\w$./{}-]+$/, 'a suite such as updates or $RELEASE-updates'))),
  sources: optional(sources),
  add_apt_repo_match: optional(pattern),
  debconf_selections: optional(entries(answers)),
  preferences: optional(items(preference)),
});
export type AptSettings = Partial<typeof aptSettings extends Decode<infer T> ? T : never>;
export type Preference = typeof preference extends Decode<infer T> ? T : never;
