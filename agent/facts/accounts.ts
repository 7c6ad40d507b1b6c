import type { ReadHost } from '../host/host.ts';
import { fieldsOf, lineOf } from '../host/passwd.ts';
import type { Account, Facts } from './facts.ts';

/** The users of a machine or tree, as its own files name them. */
export const accounts = async (host: ReadHost): Promise<Account[]> =>
  fieldsOf(await host.readText('/etc/passwd')).map(accountIn);

/** What a line of /etc/passwd says, by its fields. */
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

/** The account of this name, as the machine's own table has it. */
export async function accountOf(name: string, host: ReadHost): Promise<Account | undefined> {
  const line = await lineOf('/etc/passwd', name, host);
  return line && accountIn(line);
}
