import { accountTool, lineOf, linesOf } from '../account-tables.ts';
import type { ChangeOf } from '../change.ts';
import type { StateHandler } from './handler.ts';

/** A group that exists. */
export const group: StateHandler<ChangeOf<'group'>> = {
  sort: 'state',
  needs: 'root',
  subject: ({ name }) => name,

  compare: async ({ name }, host) => ((await lineOf('/etc/group', name, host)) ? undefined : 'does not exist'),

  async apply({ name, gid, system }, host) {
    const owner =
      gid === undefined ? undefined : (await linesOf('/etc/group', host)).find((line) => Number(line[2]) === gid);
    const number = gid === undefined || owner ? [] : ['--gid', String(gid)];
    await accountTool(host, ['groupadd', ...(system ? ['--system'] : []), ...number, name]);
    return owner && `its number is not ${gid}, which is the number of the group ${owner[0]}`;
  },
};
