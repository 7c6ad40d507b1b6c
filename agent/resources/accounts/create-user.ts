import { ownPaths } from '../../base/own-paths.ts';
import type { UserChange } from '../../engine/kinds/accounts.ts';
import { accountOf } from '../../facts/accounts.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { lineOf } from '../../host/passwd.ts';
import { accountTool, lacksShadow } from './account-tables.ts';
import { completeHome } from './user-home.ts';

/**
 * Returns the marker that exists while useradd runs, and its replacement below /etc for a state directory that cannot be
 * written. useradd writes six tables and a home directory, and may be killed between any two of them.
 */
const markersOf = ({ name }: UserChange): readonly string[] =>
  [ownPaths.state, ownPaths.config].map((folder) => `${folder}/making-${name}`);

/** Whether useradd was interrupted while it created this account or its home directory. */
export async function wasCutOff(change: UserChange, host: ReadHost): Promise<boolean> {
  for (const path of markersOf(change)) if (await host.stat(path)) return true;
  return false;
}

async function mark(change: UserChange, host: Host): Promise<void> {
  for (const path of markersOf(change)) {
    try {
      return await host.writeFile(path, '', { mode: 0o600 });
    } catch {
      // The account is created even without a marker: only an interruption would remain undetected.
    }
  }
}

/** Creates the account; creates it again if useradd was interrupted and no password has been set since. */
export async function createUser(change: UserChange, host: Host): Promise<void> {
  const { name } = change;
  const cut = await wasCutOff(change, host);
  const there = (await accountOf(name, host)) !== undefined;
  if (there && !cut) return;
  if (!there || (await isUnused(name, host))) {
    if (there) await unmake(change, host);
    await mark(change, host);
    await accountTool(host, ['useradd', ...(await wordsFor(change, host)), name]);
  }
  const made = cut ? await accountOf(name, host) : undefined;
  if (made && !change.flags?.includes('--no-create-home')) await completeHome(made, host);
  const group = await lineOf('/etc/group', name, host);
  if (cut && group && (await lacksShadow('/etc/gshadow', name, host))) {
    await accountTool(host, ['groupmod', '--password', '!', name]);
  }
  for (const path of markersOf(change)) if (await host.stat(path)) await host.remove(path);
}

const isUnused = async (name: string, host: ReadHost): Promise<boolean> =>
  /^[!*]*$/.test((await lineOf('/etc/shadow', name, host))?.[1] ?? '');

/** Removes the account and keeps its home. userdel also removes the group of that name; it is created again with its gid. */
async function unmake({ name, primaryGroup }: UserChange, host: Host): Promise<void> {
  const group = primaryGroup === name ? await lineOf('/etc/group', name, host) : undefined;
  await accountTool(host, ['userdel', name]);
  if (group && !(await lineOf('/etc/group', name, host))) {
    await accountTool(host, ['groupadd', '--gid', group[2] ?? '', name]);
  }
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
  // useradd creates a group of the user's name, and fails if there is one already.
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
