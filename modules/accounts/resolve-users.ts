import type { Context } from '../../agent/engine/module.ts';
import type { FactName } from '../../agent/facts/facts.ts';
import type { AccountSettings } from './account-fields.ts';
import { defaultUserFor } from './default-users.ts';
import { judgedKey } from './fields.ts';
import type { PeopleSettings } from './settings.ts';

/** Facts that the login modules do without: handlers read the account tables again, and the names have defaults. */
export const loginFacts: readonly FactName[] = ['os', 'users', 'groups'];

/** A requested user with its settings. */
export interface ResolvedUser {
  readonly at: string;
  readonly name: string;
  readonly account: Partial<AccountSettings>;
  /** Whether this user receives the keys of the metadata. */
  readonly isDefault: boolean;
}

/** Returns the distribution's default user, overridden by the image's settings and the user-data. */
export function defaultUserOf(
  { user, system_info: info }: PeopleSettings,
  { facts }: Context,
  at = 'user',
): ResolvedUser {
  const said = merged(info?.default_user ?? {}, user ?? {});
  const usual = defaultUserFor(facts.os);
  const name = said.name ?? usual.name;
  // root needs no defaults: only explicit settings apply.
  if (name === 'root') return { at, name, account: said, isDefault: true };
  const there = new Set(facts.groups.map((group) => group.name));
  const own: Partial<AccountSettings> = {
    gecos: usual.gecos,
    groups: usual.groups.filter((group) => there.size === 0 || there.has(group)),
    lock_passwd: true,
    shell: '/bin/bash',
    sudo: ['ALL=(ALL) NOPASSWD:ALL'],
  };
  return { at, name, account: merged(own, said), isDefault: true };
}

/** Returns all requested users. */
export function resolveUsers(settings: PeopleSettings, context: Context): readonly ResolvedUser[] {
  const listed = settings.users ?? (isSomebody(context) ? [{ at: 'users', name: 'default', account: {} }] : []);
  // "user" configures the default user, and so requests one.
  const asked =
    settings.user && !listed.some(({ name }) => name === 'default')
      ? [...listed, { at: 'user', name: 'default', account: {} }]
      : listed;
  const people = asked.map(({ at, name, account }): ResolvedUser => {
    if (name !== 'default') return { at, name, account, isDefault: false };
    const person = defaultUserOf(settings, context, at);
    const { name: _, ...more } = account;
    return { ...person, account: merged(person.account, more) };
  });
  return isMended(settings, people, context) && !fallbackKeyUser(people)
    ? [...people, defaultUserOf(settings, context, 'users')]
    : people;
}

/** Whether a datasource was found. Without one there are no metadata keys for a default user. */
const isSomebody = ({ instance }: Context): boolean => instance.datasource !== 'none';

/**
 * Whether the configuration needs a fallback: a list of users without "default" gives the metadata's keys to no account. The
 * fallback applies where no listed user has keys, unless the list is empty (`users: []` requests no user).
 */
export const isMended = (
  {
    users = [],
    ssh_authorized_keys: keys = [],
    ssh_import_id: imports = [],
    allow_public_ssh_keys: fromCloud = true,
  }: PeopleSettings,
  people: readonly ResolvedUser[],
  { instance }: Context,
): boolean =>
  users.length > 0 &&
  (keys.length + imports.length > 0 || (fromCloud && instance.publicKeys.some((line) => 'text' in judgedKey(line)))) &&
  !people.some((person) => person.isDefault || hasOwnKeys(person));

/** Keys that are imported count: nothing is known yet about how many there are. */
export const hasOwnKeys = ({ account }: ResolvedUser): boolean =>
  (account.ssh_authorized_keys ?? []).length + (account.ssh_import_id ?? []).length > 0;

/**
 * Returns the user of a list without "default" that receives the metadata's keys: the first one with sudo rules, otherwise
 * the first one that may log in.
 */
export const fallbackKeyUser = (people: readonly ResolvedUser[]): ResolvedUser | undefined =>
  people.find((person) => mayLogIn(person) && (person.account.sudo ?? []).length > 0) ?? people.find(mayLogIn);

const mayLogIn = ({ name, account }: ResolvedUser): boolean =>
  name !== 'root' && !account.system && !account.no_create_home && !/\/(nologin|false)$/.test(account.shell ?? '');

/** Merges two sets of fields: the second overrides the first, except for keys, which are concatenated. */
function merged(first: Partial<AccountSettings>, then: Partial<AccountSettings>): Partial<AccountSettings> {
  const said = Object.entries(then).filter(([, value]) => value !== undefined);
  const keys = [...(first.ssh_authorized_keys ?? []), ...(then.ssh_authorized_keys ?? [])];
  return { ...first, ...Object.fromEntries(said), ...(keys.length > 0 && { ssh_authorized_keys: keys }) };
}
