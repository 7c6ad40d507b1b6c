import type { Note } from '../../agent/engine/change.ts';
import type { PasswordSettings } from './password-lists.ts';
import { hasOwnKeys, type ResolvedUser } from './resolve-users.ts';
import type { PeopleSettings } from './settings.ts';

export interface LoginQuestion {
  readonly settings: PeopleSettings & Partial<PasswordSettings>;
  readonly people: readonly ResolvedUser[];
  /** The accounts that get the keys of the metadata and of top-level `ssh_authorized_keys`, none without such keys. */
  readonly keyHolders: ReadonlySet<string>;
  /** Whether a datasource answered. If not, the keys of the default user are unknown. */
  readonly identified: boolean;
}

/** Returns a note if no requested account can log in: an alarm, or a warning if `users` is absent or empty. */
export function noLoginNote({ settings, people, keyHolders, identified }: LoginQuestion): readonly Note[] {
  const { users } = settings;
  const hasDefault = people.some(({ isDefault }) => isDefault);
  if (!identified && (users === undefined || hasDefault)) return [];
  const given = [...(settings.chpasswd?.users ?? []), ...(settings.chpasswd?.list ?? [])].map(
    ({ value }) => value.name,
  );
  const known = new Set(people.map(({ name }) => name));
  // An account of the image, including root, may have any shell.
  if ([...given, ...keyHolders].some((name) => !known.has(name))) return [];
  const able = people.some((person) => {
    const hasPassword = given.includes(person.name) || (person.isDefault && settings.password !== undefined);
    return hasShell(person) && (keyHolders.has(person.name) || hasOwnKeys(person) || opensBy(person, hasPassword));
  });
  if (able) return [];
  const note = (level: Note['level'], why: string): Note[] => [
    { level, code: 'no-login', text: `no account can log in: ${why}` },
  ];
  if (users === undefined) return note('warning', 'neither the metadata nor the user-data has a key or a password');
  if (users.length === 0) return note('warning', '"users" asks for no user');
  return hasDefault
    ? note('alarm', 'no user has a key or a password, and the metadata has no key')
    : note('alarm', '"users" lists no "default", and none of its users has a shell and a key or a password');
}

const hasShell = ({ account }: ResolvedUser): boolean => !/\/(nologin|false)$/.test(account.shell ?? '');

/** Whether a password gives access to this account. It unlocks the default user, whose lock is only a default. */
function opensBy({ account, isDefault }: ResolvedUser, givenElsewhere: boolean): boolean {
  const own = account.hashed_passwd ?? account.passwd ?? account.plain_text_passwd;
  return (own !== undefined || givenElsewhere) && (isDefault || account.lock_passwd !== true);
}
