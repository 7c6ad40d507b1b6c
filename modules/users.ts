import type { PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { flag, optional } from '../agent/userdata/schema/decode.ts';
import { groupList, planGroups, planMembers } from './accounts/groups.ts';
import { type PasswordSettings, passwordReads } from './accounts/password-lists.ts';
import { planUser } from './accounts/plan-user.ts';
import { defaultUserOf, loginFacts, resolveUsers } from './accounts/resolve-users.ts';
import { type PeopleSettings, peopleReads } from './accounts/settings.ts';
import { eachAlone, eachOfOthers } from './shared/lenient-fields.ts';

const others = { ...passwordReads, no_ssh_fingerprints: optional(flag) };
const people = { ...peopleReads, ...others };
const { ssh_authorized_keys: keys, ...own } = peopleReads;
const reads = {
  ...eachAlone({ ...own, groups: optional(groupList) }),
  ...eachOfOthers({ ssh_authorized_keys: keys, ...others }),
};

/** Groups and users, once for each instance: an account that an administrator removes is not created again. */
export const users = defineModule({
  name: 'users',
  summary: 'Groups and users, with their sudo rules and keys.',
  every: 'instance',
  reads,
  assumes: loginFacts,
  merges: true,
  plan(settings, context): readonly PlanItem[] {
    const groups = settings.groups ?? [];
    return [...planGroups(groups), ...planPeople(settings, context, 'instance'), ...planMembers(groups)];
  },
});

/** Users with `every: boot`: restored at each boot. */
export const usersEachBoot = defineModule({
  name: 'users_each_boot',
  summary: 'Users that are checked and corrected at each boot (every: boot).',
  every: 'boot',
  reads: eachOfOthers(people),
  assumes: loginFacts,
  plan: (settings, context): readonly PlanItem[] => planPeople(settings, context, 'boot'),
});

type Settings = PeopleSettings & PasswordSettings & { readonly no_ssh_fingerprints?: boolean | undefined };

function planPeople(settings: Settings, context: Context, every: 'instance' | 'boot'): PlanItem[] {
  const withPassword = passwordsOf(settings, context);
  const quiet = settings.no_ssh_fingerprints === true;
  return resolveUsers(settings, context)
    .filter(({ account }) => (account.every ?? 'instance') === every)
    .flatMap((person) => planUser(person, context, { hasPasswordElsewhere: withPassword.has(person.name), quiet }));
}

/** Returns the names of users whose password is set by `chpasswd` or `password`. */
function passwordsOf(settings: PeopleSettings & PasswordSettings, context: Context): ReadonlySet<string> {
  const { users = [], list = [] } = settings.chpasswd ?? {};
  const names = [...users, ...list].map(({ value }) => value.name);
  return new Set(settings.password === undefined ? names : [...names, defaultUserOf(settings, context).name]);
}
