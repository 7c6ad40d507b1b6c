import { accounts } from '../facts/accounts.ts';
import type { Account, OperatingSystem } from '../facts/facts.ts';
import { operatingSystem, systemdVersion } from '../facts/os.ts';
import type { ReadHost } from '../host/host.ts';
import { defaultUsers } from './default-user.ts';
import { swapFiles } from './fstab.ts';
import { type SymlinkedFolder, symlinkedFolders } from './symlinked-folders.ts';
import { type RuleFile, ruleFiles } from './udev.ts';

/** What sealing depends on, of a machine or of a tree of files, whatever family it is of. */
export interface Image {
  readonly os: OperatingSystem;
  /** 6 of "6.5"; 0 where there is no number. */
  readonly major: number;
  /** The version of systemd, 0 where there is none. */
  readonly systemd: number;
  readonly users: readonly Account[];
  /** Every home of a user once, root's first. */
  readonly homes: readonly string[];
  /** The users that a first boot makes again. */
  readonly defaultUsers: readonly string[];
  /** The files that fstab swaps to. */
  readonly swapFiles: readonly string[];
  readonly dbusIdIsFile: boolean;
  /** Whether there is a name to forget; without one nothing is to be made. */
  readonly iscsi: boolean;
  readonly rules: readonly RuleFile[];
  /** Folders that are links: what lies behind them is not looked at. */
  readonly bends: readonly SymlinkedFolder[];
}

/** Looks at an image as far as sealing it and judging it need. Starts no program. */
export async function readImage(host: ReadHost): Promise<Image> {
  const os = await operatingSystem(host);
  const users = await accounts(host);
  const major = Number.parseInt(os.version, 10) || 0;
  return {
    os,
    major,
    systemd: await systemdOf(host),
    users,
    homes: homesOf(users, await host.list('/home')),
    defaultUsers: await defaultUsers(users, uidMin(os, major), host),
    swapFiles: await swapFiles(host),
    dbusIdIsFile: (await host.stat('/var/lib/dbus/machine-id'))?.type === 'file',
    iscsi: (await host.stat('/etc/iscsi/initiatorname.iscsi')) !== undefined,
    rules: await ruleFiles(host),
    bends: await symlinkedFolders(host),
  };
}

/** Where the numbers of people's accounts begin: the Red Hat family moved it from 500 with its version 7. */
export const uidMin = ({ family, id }: OperatingSystem, major: number): number =>
  family === 'redhat' && id !== 'fedora' && major < 7 ? 500 : 1000;

/** Its own library names the version, but those older than 230 have none that does. */
async function systemdOf(host: ReadHost): Promise<number> {
  const named = await systemdVersion(host);
  if (named > 0) return named;
  const isThere = (await host.stat('/usr/lib/systemd/systemd')) ?? (await host.stat('/lib/systemd/systemd'));
  return isThere ? 219 : 0;
}

function homesOf(users: readonly Account[], folders: readonly string[]): string[] {
  const homes = [...users.map(({ home }) => home.replace(/\/+$/, '')), ...folders.map((name) => `/home/${name}`)];
  const plain = homes.filter((home) => /^\/[^*?[]+$/.test(home) && !home.split('/').includes('..'));
  return [...new Set(['/root', ...plain])];
}
