import type { ReadHost } from './host/host.ts';

/** The number of a user or group of this machine or tree, which may be written as a number; undefined if there is none. */
export async function idOf(name: string, sort: 'user' | 'group', host: ReadHost): Promise<number | undefined> {
  if (/^\d+$/.test(name)) return Number(name);
  const table =
    (await host.readText(sort === 'user' ? '/etc/passwd' : '/etc/group')) ?? (name === 'root' ? 'root:x:0:0' : '');
  for (const line of table.split('\n')) {
    const [first, , id] = line.split(':');
    if (first === name && id !== undefined) return Number(id);
  }
  return undefined;
}
