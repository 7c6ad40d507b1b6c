import { mapOf } from '../../base/map-of.ts';
import { Problem } from '../../base/problem.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { fieldsOf, lineOf } from '../../host/passwd.ts';
import { clearStaleLocks } from './stale-locks.ts';

export const linesOf = async (table: string, host: ReadHost): Promise<readonly (readonly string[])[]> =>
  fieldsOf(await host.readText(table));

/** Returns a table with these fields set in the line of a name; a missing line is appended. */
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

/** The number of fields after a name and its password. */
const lengths = mapOf({
  '/etc/passwd': 5,
  '/etc/group': 2,
  '/etc/gshadow': 2,
  '/etc/shadow': 7,
});

/** An id that is allocated only when the account is created. */
export const UNALLOCATED = '?';

/** Whether an account or group lacks its shadow line: the program that created it was killed between the two tables. */
export async function lacksShadow(
  table: '/etc/shadow' | '/etc/gshadow',
  name: string,
  host: ReadHost,
): Promise<boolean> {
  return (await host.stat(table)) !== undefined && !(await lineOf(table, name, host));
}

/** Returns the tables in which a group lacks a member: usermod may have been killed between the two. */
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

/** Refuses a password if there is no /etc/shadow: chpasswd would put the hash into a table that all users can read. */
export async function refuseReadableHash(user: string, host: ReadHost): Promise<void> {
  if (await host.stat('/etc/shadow')) return;
  throw new Problem('not-possible', `The password of ${user} is not set: there is no /etc/shadow to keep its hash in`, {
    hint: 'Make the table with pwconv: in /etc/passwd every user could read the hash.',
  });
}

/** Runs a program of shadow-utils on the machine, or on an image with `--root`. */
export async function accountTool(
  host: Host,
  [program = '', ...words]: readonly string[],
  input?: string,
): Promise<void> {
  await clearStaleLocks(host);
  const root = host.offline ? ['--root', host.root] : [];
  await host.run([program, ...root, ...words], input === undefined ? {} : { input });
}
