import type { Context } from '../../agent/engine/module.ts';
import type { FactName } from '../../agent/facts/facts.ts';
import type { AccountSettings } from './account-fields.ts';
import { defaultUserFor } from './default-users.ts';
import { judgedKey } from './fields.ts';
import type { PeopleSettings } from './settings.ts';

/** A login is not withheld for want of these: the handlers read the account tables again, and the names have defaults. */
export const loginFacts: readonly FactName[] = ['os', 'users', 'groups'];

/** Somebody who is to be there, and what is said of them. */
export interface ResolvedUser {
  readonly at: string;
  readonly name: string;
  readonly account: Partial<AccountSettings>;
  /** The one the cloud's keys are for. */
  readonly isDefault: boolean;
}

/** The default user as the distribution has it, changed by what the image and the user-data say of it. */
export function defaultUserOf(
  { user, system_info: info }: PeopleSettings,
  { facts }: Context,
  at = 'user',
): ResolvedUser {
  const said = merged(info?.default_user ?? {}, user ?? {});
  const usual = defaultUserFor(facts.os);
  const name = said.name ?? usual.name;
  // root is root already: only what is said of it in so many words is done.
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

/** Everybody who is to be there. */
export function resolveUsers(settings: PeopleSettings, context: Context): readonly ResolvedUser[] {
  const listed = settings.users ?? (isSomebody(context) ? [{ at: 'users', name: 'default', account: {} }] : []);
  // "user" is about the default user, and so asks for one.
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

/** Without metadata there is no cloud whose keys a default user could be for. */
const isSomebody = ({ instance }: Context): boolean => instance.datasource !== 'none';

/**
 * A list of users without "default" leaves the cloud's keys with nobody. Where that would lock everybody out, and
 * was not asked for in so many words (`users: []`), it is mended.
 */
export const isMended = (
  { users = [], ssh_authorized_keys: keys = [] }: PeopleSettings,
  people: readonly ResolvedUser[],
  { instance }: Context,
): boolean =>
  users.length > 0 &&
  (keys.length > 0 || instance.publicKeys.some((line) => 'text' in judgedKey(line))) &&
  !people.some(({ isDefault, account }) => isDefault || (account.ssh_authorized_keys ?? []).length > 0);

/** Who of a list without "default" gets the cloud's keys: the first who may become root, or else who may log in. */
export const fallbackKeyUser = (people: readonly ResolvedUser[]): ResolvedUser | undefined =>
  people.find((person) => mayLogIn(person) && (person.account.sudo ?? []).length > 0) ?? people.find(mayLogIn);

const mayLogIn = ({ name, account }: ResolvedUser): boolean =>
  name !== 'root' && !account.system && !account.no_create_home && !/\/(nologin|false)$/.test(account.shell ?? '');

/** What is said later counts; what is left out leaves what was said before. */
function merged(first: Partial<AccountSettings>, then: Partial<AccountSettings>): Partial<AccountSettings> {
  const said = Object.entries(then).filter(([, value]) => value !== undefined);
  const keys = [...(first.ssh_authorized_keys ?? []), ...(then.ssh_authorized_keys ?? [])];
  return { ...first, ...Object.fromEntries(said), ...(keys.length > 0 && { ssh_authorized_keys: keys }) };
}
