import type { ChangeOf } from '../../engine/change.ts';
import { lineOf } from '../../host/passwd.ts';
import { accountTool, refuseReadableHash, tableWith } from './account-tables.ts';
import { withAccountTools } from './with-account-tools.ts';

/** Sets a password by its hash. A lock in front of the hash is no difference. */
export const passwordHandler = withAccountTools<ChangeOf<'password'>>({
  sort: 'state',
  needs: 'root',
  subject: ({ user }) => user,

  async compare({ user, hash }, host) {
    await refuseReadableHash(user, host);
    const current = (await lineOf('/etc/shadow', user, host))?.[1];
    if (current !== undefined && bare(current) === bare(hash)) return undefined;
    const table = await tableWith('/etc/shadow', user, { 1: hash }, host);
    return current === undefined
      ? { why: 'is not set', tables: [table] }
      : { why: 'is another one', will: 'change the password', tables: [table] };
  },

  apply: ({ user, hash }, host) => accountTool(host, ['chpasswd', '--encrypted'], `${user}:${hash}\n`),
});

const bare = (hash: string): string => hash.replace(/^!+/, '');
