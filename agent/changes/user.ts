import {
  accountOf,
  accountTool,
  lacksShadow,
  lineOf,
  linesOf,
  tablesWithout,
  tableWith,
  yetToBeGiven,
} from '../account-tables.ts';
import { idOf } from '../accounts.ts';
import type { UserChange } from '../change-people.ts';
import type { Host, ReadHost } from '../host/host.ts';
import { Problem } from '../problem.ts';
import { byAccountTools } from './by-account-tools.ts';
import { completeHome } from './user-home.ts';

/** An account. One that exists already is brought to what is asked; its number and home are never changed. */
export const user = byAccountTools<UserChange>({
  sort: 'state',
  needs: 'root',
  subject: ({ name }) => name,

  async compare(change, host) {
    if (!(await accountOf(change.name, host))) {
      await refuseTaken(change, host);
      return { why: 'does not exist', tables: await foreseen(change, host) };
    }
    if (await host.stat(markOf(change))) {
      return { why: 'was cut off while it was made', tables: await foreseen(change, host) };
    }
    if (await lacksShadow('/etc/shadow', change.name, host)) {
      const table = await tableWith('/etc/shadow', change.name, { 1: '!' }, host);
      return { why: 'lacks its line in /etc/shadow', tables: [table, ...(await foreseenGroups(change, host))] };
    }
    const differences = await differing(change, host);
    if (differences.length === 0) return undefined;
    const why = `has another ${differences.map(({ what }) => what).join(', ')}`;
    return { why, tables: await foreseenGroups(change, host) };
  },

  async apply(change, host) {
    await make(change, host);
    if (!(await accountOf(change.name, host))) return; // and is told as not made
    // An invalid hash, as useradd puts there too. usermod makes no such line.
    if (await lacksShadow('/etc/shadow', change.name, host)) {
      await accountTool(host, ['chpasswd', '--encrypted'], `${change.name}:!\n`);
    }
    const words = (await differing(change, host)).flatMap((each) => each.words);
    if (words.length > 0) await accountTool(host, ['usermod', ...words, change.name]);
  },
});

/** Stands while useradd is at work: it writes six tables and a home, and may be killed between any two of them. */
const markOf = ({ name }: UserChange): string => `/var/lib/bootagent/making-${name}`;

/** Makes the account, and makes it anew where its maker was killed at work and nobody has given it a password since. */
async function make(change: UserChange, host: Host): Promise<void> {
  const { name } = change;
  const cut = (await host.stat(markOf(change))) !== undefined;
  const there = (await accountOf(name, host)) !== undefined;
  if (there && !cut) return;
  if (!there || (await isUnused(name, host))) {
    if (there) await unmake(change, host);
    await host.writeFile(markOf(change), '', { mode: 0o600 });
    await accountTool(host, ['useradd', ...(await wordsFor(change, host)), name]);
    const made = await accountOf(name, host);
    if (cut && made) await completeHome(made, host);
  }
  const group = await lineOf('/etc/group', name, host);
  if (cut && group && (await lacksShadow('/etc/gshadow', name, host))) {
    await accountTool(host, ['groupmod', '--password', '!', name]);
  }
  await host.remove(markOf(change));
}

const isUnused = async (name: string, host: ReadHost): Promise<boolean> =>
  /^[!*]*$/.test((await lineOf('/etc/shadow', name, host))?.[1] ?? '');

/** Takes the account away and leaves its home. userdel takes the group of that name as well, which had its own number. */
async function unmake({ name, primaryGroup }: UserChange, host: Host): Promise<void> {
  const group = primaryGroup === name ? await lineOf('/etc/group', name, host) : undefined;
  await accountTool(host, ['userdel', name]);
  if (group && !(await lineOf('/etc/group', name, host))) {
    await accountTool(host, ['groupadd', '--gid', group[2] ?? '', name]);
  }
}

/** What the tables will say of a new account, as far as that is known before it is made. */
async function foreseen(change: UserChange, host: ReadHost) {
  const { name, uid, primaryGroup, gecos = '', home = `/home/${name}`, shell = '' } = change;
  const own = uid === undefined ? yetToBeGiven : String(uid);
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

/** One table for all of them: each change of it stands on the one before. */
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

/** useradd would say so too, but in a preview nobody asks useradd. */
async function refuseTaken({ name, uid }: UserChange, host: ReadHost): Promise<void> {
  if (uid === undefined) return;
  const owner = (await linesOf('/etc/passwd', host)).find(([, , number]) => Number(number) === uid)?.[0];
  if (owner === undefined) return;
  throw new Problem('not-possible', `The user ${name} cannot have the number ${uid}: it is that of ${owner}`, {
    hint: `Give ${name} another uid, or leave it out.`,
  });
}

async function wordsFor(change: UserChange, host: ReadHost): Promise<string[]> {
  const {
    name,
    uid,
    primaryGroup,
    groups = [],
    gecos,
    home,
    shell,
    expires,
    inactive,
    selinuxUser,
    flags = [],
  } = change;
  // useradd wants to make a group of the user's name, and gives up where there is one.
  const group = primaryGroup ?? ((await lineOf('/etc/group', name, host)) ? name : undefined);
  const option = (word: string, value: string | number | undefined) =>
    value === undefined ? [] : [word, String(value)];
  return [
    ...option('--comment', gecos),
    ...option('--expiredate', expires),
    ...option('--gid', group),
    ...option('--groups', groups.length > 0 ? groups.join(',') : undefined),
    ...option('--home-dir', home),
    ...option('--inactive', inactive),
    ...option('--selinux-user', selinuxUser),
    ...option('--shell', shell),
    ...option('--uid', uid),
    ...flags,
    ...(flags.includes('--no-create-home') ? [] : ['--create-home']),
  ];
}

interface Differing {
  readonly what: string;
  readonly words: readonly string[];
}

/** What usermod is to change. */
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

/** Days since 1970, as the shadow table counts them. */
const days = (date: string): string => String(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
