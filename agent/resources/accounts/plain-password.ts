import { randomInt } from 'node:crypto';
import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { Host } from '../../host/host.ts';
import { accountTool, refuseReadableHash } from './account-tables.ts';
import { shadowOf, verifyPassword } from './verify-password.ts';

const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const console = '/dev/console';

/** Sets a password in plain text, once: its hash alone does not show whether it is the requested one. */
export const plainPasswordHandler: ActHandler<ChangeOf<'plain-password'>> = {
  sort: 'act',
  needs: 'root',
  subject: ({ user }) => user,
  intent: ({ password }) => (typeof password === 'string' ? 'sets the password' : 'makes a password up'),

  async refuse({ user, password }, host) {
    await refuseReadableHash(user, host);
    if (typeof password === 'string' || (!host.offline && (await host.stat(console)))) return;
    throw new Problem('not-possible', `There is no console to show the password of ${user} on`, {
      hint: 'Give the password itself, as a hash, instead of RANDOM.',
    });
  },

  async perform({ user, password }, host): Promise<string | undefined> {
    if (typeof password === 'string') {
      await setPassword(user, password, host);
      return undefined;
    }
    const made = Array.from({ length: password.random }, () => letters[randomInt(letters.length)]).join('');
    await setPassword(user, made, host);
    // To the console only, so that it is not stored: dd logs nothing, and its input is in no list of processes.
    await host.run(['dd', `of=${console}`, 'conv=notrunc', 'status=none'], {
      input: `\r\nbootagent: the password of ${user} is ${made}\r\n`,
    });
    return 'it is shown on the console alone';
  },
};

async function setPassword(user: string, password: string, host: Host): Promise<void> {
  const [, before] = await shadowOf(user, host);
  await accountTool(host, ['chpasswd'], `${user}:${password}\n`);
  await verifyPassword(user, password, before, host);
}
