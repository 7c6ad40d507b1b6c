// Format: passwd and group, https://man7.org/linux/man-pages/man5/passwd.5.html
import type { ReadHost } from './host.ts';

/** Returns the id of a user or group, given by name or as a number; undefined if the name does not exist. */
export async function idOf(name: string, sort: 'user' | 'group', host: ReadHost): Promise<number | undefined> {
  if (name === 'root') return 0;
  if (/^\d+$/.test(name)) return Number(name);
  const id = (await lineOf(sort === 'user' ? '/etc/passwd' : '/etc/group', name, host))?.[2];
  return id === undefined ? undefined : Number(id);
}

/** Returns the fields of each line of a table such as /etc/passwd. */
export const fieldsOf = (table = ''): string[][] =>
  table
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.split(':'));

/** Returns the fields of the line with this name in a table such as /etc/passwd; undefined if there is none. */
export async function lineOf(table: string, name: string, host: ReadHost): Promise<readonly string[] | undefined> {
  const lines = (await host.readText(table))?.split('\n');
  return lines?.find((line) => line.startsWith(`${name}:`))?.split(':');
}
