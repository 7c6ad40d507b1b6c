import { accountTool, lineOf } from '../account-tables.ts';
import type { ChangeOf } from '../change.ts';
import type { StateHandler } from './handler.ts';

/** A password, by its hash; whether it is locked is another matter. */
export const password: StateHandler<ChangeOf<'password'>> = {
  sort: 'state',
  needs: 'root',
  subject: ({ user }) => user,

  async compare({ user, hash }, host) {
    const current = (await lineOf('/etc/shadow', user, host))?.[1];
    if (current === undefined) return 'is not set';
    return bare(current) === bare(hash) ? undefined : 'is another one';
  },

  apply: ({ user, hash }, host) => accountTool(host, ['chpasswd', '--encrypted'], `${user}:${hash}\n`),
};

const bare = (hash: string): string => hash.replace(/^!+/, '');
