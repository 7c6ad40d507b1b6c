import { lineOf } from '../facts/accounts.ts';
import type { ReadHost } from './host.ts';

/** The number of a user or group of this machine or tree, which may be written as a number; undefined if there is none. */
export async function idOf(name: string, sort: 'user' | 'group', host: ReadHost): Promise<number | undefined> {
  if (name === 'root') return 0;
  if (/^\d+$/.test(name)) return Number(name);
  const id = (await lineOf(sort === 'user' ? '/etc/passwd' : '/etc/group', name, host))?.[2];
  return id === undefined ? undefined : Number(id);
}
