import type { ReadHost } from '../host/host.ts';
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

/** The lines of such a table, each as its fields. */
export const fieldsOf = (table = ''): string[][] =>
  table
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));

/** The fields of a name's line in /etc/passwd and its like, or undefined where there is none. */
export async function lineOf(table: string, name: string, host: ReadHost): Promise<readonly string[] | undefined> {
  const lines = (await host.readText(table))?.split('\n');
  return lines?.find((line) => line.startsWith(`${name}:`))?.split(':');
}
