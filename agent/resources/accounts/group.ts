import type { ChangeOf } from '../../engine/change.ts';
import { lineOf } from '../../host/passwd.ts';
import { accountTool, lacksShadow, linesOf, tableWith, UNALLOCATED } from './account-tables.ts';
import { withAccountTools } from './with-account-tools.ts';

/** Creates a group. */
export const groupHandler = withAccountTools<ChangeOf<'group'>>({
  sort: 'state',
  needs: 'root',
  subject: ({ name }) => name,

  async compare({ name, gid }, host) {
    if (await lineOf('/etc/group', name, host)) {
      if (!(await lacksShadow('/etc/gshadow', name, host))) return undefined;
      return {
        why: 'lacks its line in /etc/gshadow',
        will: 'repair its line in /etc/gshadow',
        tables: [await tableWith('/etc/gshadow', name, { 1: '!' }, host)],
      };
    }
    const table = await tableWith('/etc/group', name, { 2: gid === undefined ? UNALLOCATED : String(gid) }, host);
    return { why: 'does not exist', will: 'create', tables: [table] };
  },

  async apply({ name, gid, system }, host) {
    // "!" means no password; groupadd writes the same.
    if (await lineOf('/etc/group', name, host)) {
      await accountTool(host, ['groupmod', '--password', '!', name]);
      return undefined;
    }
    const owner =
      gid === undefined ? undefined : (await linesOf('/etc/group', host)).find((line) => Number(line[2]) === gid);
    const number = gid === undefined || owner ? [] : ['--gid', String(gid)];
    await accountTool(host, ['groupadd', ...(system ? ['--system'] : []), ...number, name]);
    return owner && `its number is not ${gid}, which is the number of the group ${owner[0]}`;
  },
});
