import type { ChangeOf } from '../../engine/change.ts';
import { lineOf } from '../../host/passwd.ts';
import { accountTool, membersIn, tablesWithout, tableWith } from './account-tables.ts';
import { withAccountTools } from './with-account-tools.ts';

/** Adds a user to the members of a group. */
export const memberHandler = withAccountTools<ChangeOf<'member'>>({
  sort: 'state',
  needs: 'root',
  subject: ({ user, group }) => `${user} of ${group}`,

  async compare({ user, group }, host) {
    const lacking = await tablesWithout(user, group, host);
    if (lacking.length === 0) return undefined;
    const tables = [];
    for (const table of lacking) {
      const members = [...membersIn(await lineOf(table, group, host)), user];
      tables.push(await tableWith(table, group, { 3: members.join(',') }, host));
    }
    return { why: lacking.includes('/etc/group') ? 'is not a member' : 'is not a member in /etc/gshadow', tables };
  },

  apply: ({ user, group }, host) => accountTool(host, ['usermod', '--append', '--groups', group, user]),
});
