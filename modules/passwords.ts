import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { passwordChanges, passwordReads, type UserPassword } from './accounts/password-lists.ts';
import { defaultUserOf, loginFacts, resolveUsers } from './accounts/resolve-users.ts';
import { peopleReads } from './accounts/settings.ts';
import { eachAlone, eachOfOthers } from './shared/lenient-fields.ts';

const reads = { ...eachOfOthers(peopleReads), ...eachAlone(passwordReads) };

/** Passwords for users by name, and for the default user. */
export const passwords = defineModule({
  name: 'passwords',
  summary: 'Passwords: by hash, in the clear, or made up and shown on the console.',
  every: 'instance',
  reads,
  assumes: loginFacts,
  plan({ chpasswd, password, ...people }, context): readonly PlanItem[] {
    const { users = [], list = [], expire = true } = chpasswd ?? {};
    const locked = new Set(
      resolveUsers(people, context)
        .filter(({ account, isDefault }) => account.lock_passwd === true && !isDefault)
        .map(({ name }) => name),
    );
    const item = (at: string, { name, password }: UserPassword): PlanItem => {
      const changes = passwordChanges(name, password, expire);
      const [given] = changes;
      // Setting a password unlocks the account, so a requested lock is applied again.
      if (given && locked.has(name)) changes.push({ kind: 'locked', user: name, locked: true, follows: given });
      return { at, changes };
    };
    const own =
      password === undefined ? [] : [item('password', { name: defaultUserOf(people, context).name, password })];
    return [...[...users, ...list].map(({ at, value }) => item(at, value)), ...own];
  },
});
