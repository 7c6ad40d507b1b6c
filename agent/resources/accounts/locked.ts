import type { ChangeOf } from '../../engine/change.ts';
import { accountOf } from '../../facts/accounts.ts';
import type { ReadHost } from '../../host/host.ts';
import { lineOf } from '../../host/passwd.ts';
import { accountTool } from './account-tables.ts';
import { withAccountTools } from './with-account-tools.ts';

/** Locks or unlocks a user's login by password. A lock does not affect SSH keys. */
export const lockedHandler = withAccountTools<ChangeOf<'locked'>>({
  sort: 'state',
  needs: 'root',
  subject: ({ user }) => user,

  async compare({ user, locked }, host) {
    // A new account has no password and is locked until one is set.
    if (!(await accountOf(user, host))) return undefined;
    const hash = await hashOf(user, host);
    if (locked) return /^[!*]/.test(hash) ? undefined : hash === '' ? 'needs no password at all' : 'is not locked';
    return isLocked(hash) ? 'is locked' : undefined;
  },

  async apply({ user, locked }, host) {
    await accountTool(host, ['usermod', locked ? '--lock' : '--unlock', user]);
    // `passwd -l` of Enterprise Linux puts "!!" before the hash, of which usermod removes one.
    for (let left = 3; !locked && left > 0 && isLocked(await hashOf(user, host)); left--)
      await accountTool(host, ['usermod', '--unlock', user]);
  },
});

/** Whether a password is there, and locked: "!" alone is no password. */
const isLocked = (hash: string): boolean => /^!+./.test(hash) && !/^[!*]+$/.test(hash);

async function hashOf(user: string, host: ReadHost): Promise<string> {
  const [, hash = ''] = (await lineOf('/etc/shadow', user, host)) ?? (await lineOf('/etc/passwd', user, host)) ?? [];
  return hash;
}
