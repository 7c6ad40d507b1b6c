import { accountTool, lineOf, tableWith } from '../account-tables.ts';
import type { ChangeOf } from '../change.ts';
import { byAccountTools } from './by-account-tools.ts';

/** A user among the members of a group. */
export const member = byAccountTools<ChangeOf<'member'>>({
  sort: 'state',
  needs: 'root',
  subject: ({ user, group }) => `${user} of ${group}`,

  async compare({ user, group }, host) {
    const members = ((await lineOf('/etc/group', group, host))?.[3] ?? '').split(',').filter(Boolean);
    if (members.includes(user)) return undefined;
    const table = await tableWith('/etc/group', group, { 3: [...members, user].join(',') }, host);
    return { why: 'is no member', tables: [table] };
  },

  apply: ({ user, group }, host) => accountTool(host, ['usermod', '--append', '--groups', group, user]),
});
