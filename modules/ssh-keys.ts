import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { redirect } from '../agent/resources/ssh/authorized-keys-file.ts';
import { keysBanner } from '../agent/resources/ssh/key-banner.ts';
import { readKeyLine } from '../agent/resources/ssh/key-line.ts';
import { flag, optional } from '../agent/userdata/schema/decode.ts';
import { noLoginNote } from './accounts/can-log-in.ts';
import { judgedKeys, namedUserKeys } from './accounts/metadata-keys.ts';
import { passwordReads } from './accounts/password-lists.ts';
import { fallbackKeyUser, isMended, loginFacts, type ResolvedUser, resolveUsers } from './accounts/resolve-users.ts';
import { type PeopleSettings, peopleReads } from './accounts/settings.ts';
import { alone, eachOfOthers } from './shared/lenient-fields.ts';
import { sshdChanges } from './shared/sshd-service.ts';

const reads = {
  ...eachOfOthers({ ...peopleReads, ...passwordReads, disable_root: optional(flag), root_lock: optional(flag) }),
  ssh_authorized_keys: alone(peopleReads.ssh_authorized_keys),
  no_ssh_fingerprints: alone(optional(flag)),
  allow_public_ssh_keys: alone(optional(flag)),
};

/** The keys of metadata and user-data, for the default user or, without one, the fallback user. */
export const sshKeys = defineModule({
  name: 'ssh_authorized_keys',
  summary: 'The public keys of the metadata and the user-data, for the default user.',
  every: 'instance',
  reads,
  assumes: loginFacts,
  merges: true,
  plan(
    { disable_root, root_lock, no_ssh_fingerprints: quiet, allow_public_ssh_keys: fromMetadata, ...settings },
    context,
  ): readonly PlanItem[] {
    const people = resolveUsers(settings, context);
    const { publicKeys, userKeys = {} } = fromMetadata === false ? { publicKeys: [] } : context.instance;
    const { told, bad } = judgedKeys(publicKeys, 'the metadata');
    const named = namedUserKeys(userKeys, people, context, disable_root === false && !root_lock);
    const keys = [...new Set([...told, ...(settings.ssh_authorized_keys ?? [])])];
    const to = recipient({ ...settings, disable_root }, people, context);
    const users = new Set(keys.length === 0 ? [] : [...to.users, ...(disable_root === false ? ['root'] : [])]);
    const items = [...users].map((user): PlanItem => {
      const at = user === 'root' && !to.users.includes('root') ? 'disable_root' : 'ssh_authorized_keys';
      const opened = user === 'root' && !disable_root && !root_lock ? sshdChanges([rootByKey], context.facts) : [];
      const changes: Change[] = [{ kind: 'authorized-keys', user, keys }, ...opened];
      return { at, changes, ...(!quiet && { announce: keysBanner(user, keys) }) };
    });
    const holders = new Set([...users, ...named.users]);
    const keyHolders = disable_root || root_lock ? new Set([...holders].filter((user) => user !== 'root')) : holders;
    const identified = !['none', 'by-hand'].includes(context.instance.datasource);
    const notes = [...bad, ...named.notes, ...(disable_root && users.has('root') ? [shut] : [])];
    const login = [...(keys.length > 0 ? to.notes : []), ...noLoginNote({ settings, people, keyHolders, identified })];
    const at = settings.users === undefined ? 'ssh_authorized_keys' : 'users';
    return [
      ...items,
      ...named.items,
      ...people.filter(({ account }) => account.ssh_redirect_user).flatMap((each) => redirected(each, keys, to.users)),
      ...(notes.length > 0 ? [{ at: 'ssh_authorized_keys', changes: [], notes }] : []),
      ...(login.length > 0 ? [{ at, changes: [], notes: login }] : []),
      ...inherited(context, [...keys, ...named.keys], people),
    ];
  },
});

/** If root is a recipient of keys, key logins as root must work. */
const rootByKey: Change = { kind: 'sshd', keyword: 'PermitRootLogin', value: 'prohibit-password', instead: 'no' };

const shut: Note = {
  level: 'alarm',
  text: 'root is given keys, and disable_root: the lock counts, and the keys allow no login',
};

interface Recipient {
  readonly users: readonly string[];
  readonly notes: readonly Note[];
}

function recipient(
  settings: PeopleSettings & { readonly disable_root?: boolean | undefined },
  people: readonly ResolvedUser[],
  context: Context,
): Recipient {
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
    if ((settings.ssh_authorized_keys ?? []).length > 0)
      return {
        users: [name],
        notes: [{ level: 'note', text: `the keys are given to ${name}, as "users" lists no "default"` }],
      };
    return { users: [name], notes: alarm(`${text}. Add "default", or give a user ssh_authorized_keys.`) };
  }
  if (settings.users?.length === 0)
    return { users: [], notes: alarm('"users" asks for no user: the keys are given to no account') };
  const holders = people.filter(({ account }) => account.ssh_authorized_keys).map(({ name }) => name);
  const text =
    holders.length > 0
      ? `"users" lists no "default": the cloud's keys are given to no account; ${holders.join(', ')} have keys of their own`
      : 'there is no user to give the keys to';
  return { users: [], notes: [{ level: 'alarm', text }] };
}

/** Returns keys of `ssh_redirect_user`: a login with the metadata's key prints which user to log in as. */
function redirected({ at, name }: ResolvedUser, keys: readonly string[], users: readonly string[]): PlanItem[] {
  const [user] = users;
  if (user === undefined || user === name || keys.length === 0) return [];
  const lines = keys.flatMap((key) => {
    const line = readKeyLine(key);
    return typeof line === 'string' ? [] : [`${redirect(user, name)} ${line.text.slice(line.options.length).trim()}`];
  });
  return [{ at: `${at}.ssh_redirect_user`, changes: [{ kind: 'authorized-keys', user: name, keys: lines }] }];
}

function inherited({ newMachine }: Context, keys: readonly string[], people: readonly ResolvedUser[]): PlanItem[] {
  if (!newMachine) return [];
  const known = [...keys, ...people.flatMap(({ account }) => account.ssh_authorized_keys ?? [])];
  return [{ at: 'inherited keys', changes: [{ kind: 'inherited-keys', known }] }];
}
