import type { ReadHost } from '../host/host.ts';
import { fieldsOf, lineOf } from '../host/passwd.ts';
import type { Account, Facts } from './facts.ts';

/** Returns the local users of a machine or tree, from its /etc/passwd. */
export const accounts = async (host: ReadHost): Promise<Account[]> =>
  fieldsOf(await host.readText('/etc/passwd')).map(accountIn);

/** Returns the account from the fields of a line of /etc/passwd. */
export const accountIn = ([name = '', , uid, gid, , home = '', shell = '']: readonly string[]): Account => ({
  name,
  uid: Number(uid),
  gid: Number(gid),
  home,
  shell,
});

export const groups = async (host: ReadHost): Promise<Facts['groups']> =>
  fieldsOf(await host.readText('/etc/group')).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter(Boolean),
  }));

/** Returns the account of this name from the /etc/passwd of the machine. */
export async function accountOf(name: string, host: ReadHost): Promise<Account | undefined> {
  const line = await lineOf('/etc/passwd', name, host);
  return line && accountIn(line);
}
