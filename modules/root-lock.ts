import type { PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { flag, optional } from '../agent/userdata/schema/decode.ts';
import { defaultUserOf, loginFacts } from './accounts/resolve-users.ts';
import { type PeopleSettings, peopleReads } from './accounts/settings.ts';
import { eachOfOthers } from './shared/lenient-fields.ts';
import { sshdChanges } from './shared/sshd-service.ts';

const reads = { ...eachOfOthers(peopleReads), root_lock: optional(flag) };

/** Disables root logins: with a password everywhere, and with a key over SSH. Overrides all other settings. */
export const rootLock = defineModule({
  name: 'root_lock',
  summary: 'Locks root’s password and keeps root from coming in over SSH.',
  every: 'boot',
  reads,
  assumes: loginFacts,
  plan({ root_lock: wanted, ...settings }, context): PlanItem[] {
    if (!wanted) return [];
    const noLogin = { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' } as const;
    return [
      {
        at: 'root_lock',
        changes: [{ kind: 'locked', user: 'root', locked: true }, ...sshdChanges([noLogin], context.facts)],
        ...(givesRoot(settings, context) && {
          notes: [
            { level: 'alarm', text: 'root is given keys and locked: the lock counts, and the keys allow no login' },
          ],
        }),
      },
    ];
  },
});

const givesRoot = (settings: PeopleSettings, context: Context): boolean =>
  defaultUserOf(settings, context).name === 'root' ||
  (settings.users ?? []).some(({ name, account }) => name === 'root' && account.ssh_authorized_keys);
