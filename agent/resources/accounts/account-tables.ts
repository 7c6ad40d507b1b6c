import { mapOf } from '../../base/map-of.ts';
import { Problem } from '../../base/problem.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { fieldsOf, lineOf } from '../../host/passwd.ts';
import { clearStaleLocks } from './stale-locks.ts';

export const linesOf = async (table: string, host: ReadHost): Promise<readonly (readonly string[])[]> =>
  fieldsOf(await host.readText(table));

/** A table with these fields of a name's line set, or with that line behind the others where there was none. */
export async function tableWith(
  table: string,
  name: string,
  fields: Readonly<Record<number, string>>,
  host: ReadHost,
): Promise<{ readonly path: string; readonly after: string }> {
  const lines = await linesOf(table, host);
  const set = (line: readonly string[]): string[] =>
    Object.entries(fields).reduce((all, [at, value]) => all.with(Number(at), value), [...line]);
  const blank = [name, 'x', ...Array.from({ length: lengths.get(table) ?? 0 }, () => '')];
  const after = lines.some(([first]) => first === name)
    ? lines.map((line) => (line[0] === name ? set(line) : line))
    : [...lines, set(blank)];
  return { path: table, after: after.map((line) => `${line.join(':')}\n`).join('') };
}

/** How many fields follow a name and its password. */
const lengths = mapOf({
  '/etc/passwd': 5,
  '/etc/group': 2,
  '/etc/gshadow': 2,
  '/etc/shadow': 7,
});

/** A number that is given only when the account is made. */
export const UNALLOCATED = '?';

/** Whether an account or group lacks its line in the table that only root reads: its maker was killed between the two. */
export async function lacksShadow(
  table: '/etc/shadow' | '/etc/gshadow',
  name: string,
  host: ReadHost,
): Promise<boolean> {
  return (await host.stat(table)) !== undefined && !(await lineOf(table, name, host));
}

/** The tables in which a group lacks a member: usermod may have been killed between the two. */
export async function tablesWithout(user: string, group: string, host: ReadHost): Promise<readonly string[]> {
  const lacking: string[] = [];
  for (const table of ['/etc/group', '/etc/gshadow']) {
    const line = await lineOf(table, group, host);
    if ((line || table === '/etc/group') && !membersIn(line).includes(user)) lacking.push(table);
  }
  return lacking;
}

export const membersIn = (line: readonly string[] | undefined): readonly string[] =>
  (line?.[3] ?? '').split(',').filter(Boolean);

/** Where no table is kept from everybody's eyes, chpasswd would put the hash into one that all may read. */
export async function refuseReadableHash(user: string, host: ReadHost): Promise<void> {
  if (await host.stat('/etc/shadow')) return;
  throw new Problem('not-possible', `The password of ${user} is not set: there is no /etc/shadow to keep its hash in`, {
    hint: 'Make the table with pwconv: in /etc/passwd everybody could read the hash.',
  });
}

/** Runs one of shadow-utils on the machine, or on the tree that stands for it. */
export async function accountTool(
  host: Host,
  [program = '', ...words]: readonly string[],
  input?: string,
): Promise<void> {
  await clearStaleLocks(host);
  const root = host.offline ? ['--root', host.root] : [];
  await host.run([program, ...root, ...words], input === undefined ? {} : { input });
}
