import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { accountTool } from './account-tables.ts';

/** A password that has to be changed at the next login: said once, when it is set. */
export const expiredPasswordHandler: ActHandler<ChangeOf<'expired-password'>> = {
  sort: 'act',
  needs: 'root',
  subject: ({ user }) => user,
  intent: () => 'must be changed at the next login',
  perform: ({ user }, host) => accountTool(host, ['chage', '--lastday', '0', user]),
};
