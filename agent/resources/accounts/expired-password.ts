import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { accountTool } from './account-tables.ts';
import { shadowOf } from './verify-password.ts';

/** Expires a password, so that it must be changed at the next login: once, when it is set. */
export const expiredPasswordHandler: ActHandler<ChangeOf<'expired-password'>> = {
  sort: 'act',
  needs: 'root',
  subject: ({ user }) => user,
  intent: () => 'must be changed at the next login',

  async perform({ user }, host) {
    await accountTool(host, ['chage', '--lastday', '0', user]);
    const [, , lastChange] = await shadowOf(user, host);
    if (lastChange === '0') return;
    throw new Problem('command-failed', `chage ended with 0, but the password of ${user} does not have to be changed`, {
      hint: 'Look for its denials: ausearch -m avc -c chage',
    });
  },
};
