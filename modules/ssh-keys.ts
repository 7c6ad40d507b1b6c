import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { redirect } from '../agent/resources/ssh/authorized-keys-file.ts';
import { keysBanner } from '../agent/resources/ssh/key-banner.ts';
import { readKeyLine } from '../agent/resources/ssh/key-line.ts';
import { flag, optional } from '../agent/userdata/schema/decode.ts';
import { fallbackKeyUser, isMended, type ResolvedUser, resolveUsers } from './accounts/resolve-users.ts';
import { type PeopleSettings, peopleReads } from './accounts/settings.ts';
import { alone, eachOfOthers } from './shared/lenient-fields.ts';
import { sshdChanges } from './shared/sshd-service.ts';

const reads = {
  ...eachOfOthers({ ...peopleReads, disable_root: optional(flag), root_lock: optional(flag) }),
  ssh_authorized_keys: alone(peopleReads.ssh_authorized_keys),
  no_ssh_fingerprints: alone(optional(flag)),
  allow_public_ssh_keys: alone(optional(flag)),
};

/** The keys that came with the machine: to the default user, or to whoever is there in its place. */
export const sshKeys = defineModule({
  name: 'ssh_authorized_keys',
  summary: 'The public keys of the metadata and the user-data, for the default user.',
  every: 'instance',
  reads,
  plan(
    { disable_root, root_lock, no_ssh_fingerprints: quiet, allow_public_ssh_keys: fromMetadata, ...settings },
    context,
  ): readonly PlanItem[] {
    const people = resolveUsers(settings, context);
    const { told, bad } = fromMetadata === false ? { told: [], bad: [] } : metadataKeys(context);
    const keys = [...new Set([...told, ...(settings.ssh_authorized_keys ?? [])])];
    const to = recipient(settings, people, context);
    const users = new Set(keys.length === 0 ? [] : [...to.users, ...(disable_root === false ? ['root'] : [])]);
    const items = [...users].map((user): PlanItem => {
      const at = user === 'root' && !to.users.includes('root') ? 'disable_root' : 'ssh_authorized_keys';
      const opened = user === 'root' && !disable_root && !root_lock ? sshdChanges([rootByKey], context.facts) : [];
      const changes: Change[] = [{ kind: 'authorized-keys', user, keys }, ...opened];
      return { at, changes, ...(!quiet && { announce: keysBanner(user, keys) }) };
    });
    const notes = [...bad, ...(keys.length > 0 ? to.notes : []), ...(disable_root && users.has('root') ? [shut] : [])];
    return [
      ...items,
      ...people.filter(({ account }) => account.ssh_redirect_user).flatMap((each) => redirected(each, keys, to.users)),
      ...(notes.length > 0 ? [{ at: 'ssh_authorized_keys', changes: [], notes }] : []),
      ...inherited(context, keys, people),
    ];
  },
});

/** Who names root for the keys means that they work. */
const rootByKey: Change = { kind: 'sshd', keyword: 'PermitRootLogin', value: 'prohibit-password', instead: 'no' };

const shut: Note = {
  level: 'alarm',
  text: 'root is given keys, and disable_root: the lock counts, and the keys let nobody in',
};

function metadataKeys({ instance }: Context): { told: string[]; bad: Note[] } {
  const told: string[] = [];
  const bad: Note[] = [];
  instance.publicKeys.forEach((key, number) => {
    const line = readKeyLine(key);
    if (typeof line !== 'string') told.push(line.text);
    else bad.push({ level: 'alarm', text: `key ${number} of the metadata is left out: it ${line}` });
  });
  return { told, bad };
}

interface Recipient {
  readonly users: readonly string[];
  readonly notes: readonly Note[];
}

function recipient(settings: PeopleSettings, people: readonly ResolvedUser[], context: Context): Recipient {
  const own = people.find(({ isDefault }) => isDefault);
  const mended = isMended(
    settings,
    people.filter(({ at, isDefault }) => !(isDefault && at === 'users')),
    context,
  );
  const alarm = (text: string): Note[] => [{ level: 'alarm', text }];
  if (own && !mended) return { users: [own.name], notes: [] };
  if (mended) {
    const name = own?.name ?? fallbackKeyUser(people)?.name ?? '';
    const text = `"users" lists no "default", which would leave the cloud's keys with nobody and lock everybody out: they are given to ${name}`;
    return { users: [name], notes: alarm(`${text}. Add "default", or give a user ssh_authorized_keys.`) };
  }
  if (settings.users?.length === 0)
    return { users: [], notes: alarm('"users: []" asks for no user: the keys are given to nobody') };
  const holders = people.filter(({ account }) => account.ssh_authorized_keys).map(({ name }) => name);
  const text =
    holders.length > 0
      ? `"users" lists no "default": the cloud's keys are given to nobody, and ${holders.join(', ')} can come in by their own`
      : 'there is no user to give the keys to';
  return { users: [], notes: alarm(text) };
}

/** Whoever tries to come in as this user with the cloud's key is told whom to come in as. */
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
