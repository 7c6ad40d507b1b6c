// Format: passwd and group, https://man7.org/linux/man-pages/man5/passwd.5.html
import type { ReadHost } from './host.ts';

/** The number of a user or group of this machine or tree, which may be written as a number; undefined if there is none. */
export async function idOf(name: string, sort: 'user' | 'group', host: ReadHost): Promise<number | undefined> {
  if (name === 'root') return 0;
  if (/^\d+$/.test(name)) return Number(name);
  const id = (await lineOf(sort === 'user' ? '/etc/passwd' : '/etc/group', name, host))?.[2];
  return id === undefined ? undefined : Number(id);
}

/** The lines of a table such as /etc/passwd, each as its fields. */
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
