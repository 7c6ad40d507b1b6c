import type { Account, Facts } from '../facts.ts';
import type { ReadHost } from '../host/host.ts';

/** The users of a machine or tree, as its own files name them. */
export const accounts = async (host: ReadHost): Promise<Account[]> =>
  fieldsOf(await host.readText('/etc/passwd')).map(([name = '', , uid, gid, , home = '', shell = '']) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    home,
    shell,
  }));

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
