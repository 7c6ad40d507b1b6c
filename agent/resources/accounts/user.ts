import { Problem } from '../../base/problem.ts';
import type { UserChange } from '../../engine/kinds/accounts.ts';
import { accountOf } from '../../facts/accounts.ts';
import type { ReadHost } from '../../host/host.ts';
import { idOf, lineOf } from '../../host/passwd.ts';
import { accountTool, lacksShadow, linesOf, tablesWithout, tableWith, UNALLOCATED } from './account-tables.ts';
import { createUser, wasCutOff } from './create-user.ts';
import { withAccountTools } from './with-account-tools.ts';

/** Creates an account, or changes an existing one to the requested values; its uid and home are never changed. */
export const userHandler = withAccountTools<UserChange>({
  sort: 'state',
  needs: 'root',
  subject: ({ name }) => name,

  async compare(change, host) {
    if (!(await accountOf(change.name, host))) {
      await refuseTaken(change, host);
      return { why: 'does not exist', will: 'create', tables: await foreseen(change, host) };
    }
    if (await wasCutOff(change, host)) {
      return {
        why: 'was interrupted while it was created',
        will: 'create again after an interruption',
        tables: await foreseen(change, host),
      };
    }
    if (await lacksShadow('/etc/shadow', change.name, host)) {
      const table = await tableWith('/etc/shadow', change.name, { 1: '!' }, host);
      const will = 'repair its line in /etc/shadow';
      return { why: 'lacks its line in /etc/shadow', will, tables: [table, ...(await foreseenGroups(change, host))] };
    }
    const differences = await differing(change, host);
    if (differences.length === 0) return undefined;
    const what = differences.map((each) => each.what).join(', ');
    return { why: `has another ${what}`, will: `change ${what}`, tables: await foreseenGroups(change, host) };
  },

  async apply(change, host) {
    await createUser(change, host);
    if (!(await accountOf(change.name, host))) return; // reported as not created
    // "!" is an invalid hash, as useradd writes it. usermod does not create the line.
    if (await lacksShadow('/etc/shadow', change.name, host)) {
      await accountTool(host, ['chpasswd', '--encrypted'], `${change.name}:!\n`);
    }
    const words = (await differing(change, host)).flatMap((each) => each.words);
    if (words.length > 0) await accountTool(host, ['usermod', ...words, change.name]);
  },
});

/** Returns the tables with a new account, as far as its fields are known before it is created. */
async function foreseen(change: UserChange, host: ReadHost) {
  const { name, uid, primaryGroup, gecos = '', home = `/home/${name}`, shell = '' } = change;
  const own = uid === undefined ? UNALLOCATED : String(uid);
  const group = await lineOf('/etc/group', primaryGroup ?? name, host);
  const gid = group?.[2] ?? own;
  return [
    await tableWith('/etc/passwd', name, { 2: own, 3: gid, 4: gecos, 5: home, 6: shell }, host),
    await tableWith('/etc/shadow', name, { 1: '!' }, host),
    ...(await foreseenGroups(
      change,
      host,
      group === undefined && primaryGroup === undefined ? { name, gid } : undefined,
    )),
  ];
}

/** Returns one table for all groups: each change of it builds on the one before. */
async function foreseenGroups({ name, groups = [] }: UserChange, host: ReadHost, own?: { name: string; gid: string }) {
  if (groups.length === 0 && !own) return [];
  let text = own ? (await tableWith('/etc/group', own.name, { 2: own.gid }, host)).after : undefined;
  for (const group of groups) {
    const before = text;
    const seen: ReadHost = before === undefined ? host : { ...host, readText: async () => before };
    const members = ((await lineOf('/etc/group', group, seen))?.[3] ?? '').split(',').filter(Boolean);
    text = (await tableWith('/etc/group', group, { 3: [...new Set([...members, name])].join(',') }, seen)).after;
  }
  return text === undefined ? [] : [{ path: '/etc/group', after: text }];
}

/** Refuses a uid that is in use. useradd would fail too, but a preview does not run useradd. */
async function refuseTaken({ name, uid }: UserChange, host: ReadHost): Promise<void> {
  if (uid === undefined) return;
  const owner = (await linesOf('/etc/passwd', host)).find(([, , number]) => Number(number) === uid)?.[0];
  if (owner === undefined) return;
  throw new Problem('not-possible', `The user ${name} cannot have the number ${uid}: it is that of ${owner}`, {
    hint: `Give ${name} another uid, or leave it out.`,
  });
}

interface Differing {
  readonly what: string;
  readonly words: readonly string[];
}

/** Returns what usermod is to change. */
async function differing(change: UserChange, host: ReadHost): Promise<Differing[]> {
  const { name, primaryGroup, groups = [], gecos, shell, expires, inactive } = change;
  const [, , , gid, comment = '', , current = ''] = (await lineOf('/etc/passwd', name, host)) ?? [];
  const [, , , , , , ends, until] = (await lineOf('/etc/shadow', name, host)) ?? [];
  const all: Differing[] = [];
  const set = (what: string, ...words: readonly string[]) => all.push({ what, words });
  if (shell !== undefined && shell !== current) set('shell', '--shell', shell);
  if (gecos !== undefined && gecos !== comment) set('comment', '--comment', gecos);
  if (primaryGroup !== undefined && (await idOf(primaryGroup, 'group', host)) !== Number(gid))
    set('primary group', '--gid', primaryGroup);
  if (expires !== undefined && days(expires) !== until) set('end', '--expiredate', expires);
  if (inactive !== undefined && String(inactive) !== ends)
    set('time after its password', '--inactive', String(inactive));
  const lacking: string[] = [];
  for (const group of groups) {
    const [, , number] = (await lineOf('/etc/group', group, host)) ?? [];
    if (number !== gid && (await tablesWithout(name, group, host)).length > 0) lacking.push(group);
  }
  if (lacking.length > 0) set(`set of groups (lacks ${lacking.join(', ')})`, '--append', '--groups', lacking.join(','));
  return all;
}

/** Returns the days since 1970, the unit of dates in /etc/shadow. */
const days = (date: string): string => String(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
