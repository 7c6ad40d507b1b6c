import type { Note } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import { fallbackKeyUser, isMended, type ResolvedUser } from './resolve-users.ts';
import type { PeopleSettings } from './settings.ts';

/** The accounts that get the keys of the metadata and of the top-level keys of the user-data. */
export interface KeyRecipient {
  readonly users: readonly string[];
  readonly notes: readonly Note[];
}

/** Returns who gets those keys, with the reports for the case that "users" names nobody for them. */
export function keyRecipient(
  settings: PeopleSettings & { readonly disable_root?: boolean | undefined },
  people: readonly ResolvedUser[],
  context: Context,
): KeyRecipient {
  const own = people.find(({ isDefault }) => isDefault);
  const mended = isMended(
    settings,
    people.filter(({ at, isDefault }) => !(isDefault && at === 'users')),
    context,
  );
  // If root receives the keys too, the machine stays accessible.
  const code = settings.disable_root === false ? {} : ({ code: 'no-login' } as const);
  const alarm = (text: string): Note[] => [{ level: 'alarm', ...code, text }];
  if (own && !mended) return { users: [own.name], notes: [] };
  if (mended) {
    const name = own?.name ?? fallbackKeyUser(people)?.name ?? '';
    const text = `"users" lists no "default", which would leave the cloud's keys without an account and lock everyone out: they are given to ${name}`;
    // Keys next to the list come from its author, so giving them to the only listed users is intended.
    if ((settings.ssh_authorized_keys ?? []).length + (settings.ssh_import_id ?? []).length > 0)
      return {
        users: [name],
        notes: [{ level: 'note', text: `the keys are given to ${name}, as "users" lists no "default"` }],
      };
    return { users: [name], notes: alarm(`${text}. Add "default", or give a user ssh_authorized_keys.`) };
  }
  if (settings.users?.length === 0)
    return { users: [], notes: alarm('"users" asks for no user: the keys are given to no account') };
  const holders = people
    .filter(({ account }) => account.ssh_authorized_keys ?? account.ssh_import_id)
    .map(({ name }) => name);
  const text =
    holders.length > 0
      ? `"users" lists no "default": the cloud's keys are given to no account; ${holders.join(', ')} have keys of their own`
      : 'there is no user to give the keys to';
  return { users: [], notes: [{ level: 'alarm', text }] };
}
