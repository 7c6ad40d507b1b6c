import { accountTool, lineOf, linesOf, tableWith, yetToBeGiven } from '../account-tables.ts';
import type { ChangeOf } from '../change.ts';
import type { StateHandler } from './handler.ts';

/** A group that exists. */
export const group: StateHandler<ChangeOf<'group'>> = {
  sort: 'state',
  needs: 'root',
  subject: ({ name }) => name,

  async compare({ name, gid }, host) {
    if (await lineOf('/etc/group', name, host)) return undefined;
    const table = await tableWith('/etc/group', name, { 2: gid === undefined ? yetToBeGiven : String(gid) }, host);
    return { why: 'does not exist', tables: [table] };
  },

  async apply({ name, gid, system }, host) {
    const owner =
      gid === undefined ? undefined : (await linesOf('/etc/group', host)).find((line) => Number(line[2]) === gid);
    const number = gid === undefined || owner ? [] : ['--gid', String(gid)];
    await accountTool(host, ['groupadd', ...(system ? ['--system'] : []), ...number, name]);
    return owner && `its number is not ${gid}, which is the number of the group ${owner[0]}`;
  },
};
