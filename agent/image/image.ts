import { accounts } from '../facts/accounts.ts';
import type { Account, OperatingSystem } from '../facts/facts.ts';
import { operatingSystem, systemdVersion } from '../facts/os.ts';
import type { ReadHost } from '../host/host.ts';
import { entriesByMachineId } from './boot-entries.ts';
import { defaultUsers } from './default-user.ts';
import { swapFiles } from './fstab.ts';
import { type SymlinkedFolder, symlinkedFolders } from './symlinked-folders.ts';
import { type RuleFile, ruleFiles } from './udev.ts';

/** The properties of a machine or a tree of files that sealing depends on, for every family. */
export interface Image {
  readonly os: OperatingSystem;
  /** 6 for "6.5"; 0 if there is no number. */
  readonly major: number;
  /** The version of systemd, 0 without systemd. */
  readonly systemd: number;
  readonly users: readonly Account[];
  /** The home directories of the users without duplicates, root's first. */
  readonly homes: readonly string[];
  /** The users that a first boot creates again. */
  readonly defaultUsers: readonly string[];
  /** The swap files in fstab. */
  readonly swapFiles: readonly string[];
  /** The entries of the boot menu whose file names begin with a machine-id. */
  readonly namedEntries: readonly string[];
  readonly dbusIdIsFile: boolean;
  /** Whether there is an initiator name to remove; without one, none is created. */
  readonly iscsi: boolean;
  readonly rules: readonly RuleFile[];
  /** Directories that are symbolic links: they are not followed. */
  readonly bends: readonly SymlinkedFolder[];
}

/** Reads the properties of an image that sealing and the doctor need. Starts no program. */
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
    namedEntries: [...(await entriesByMachineId(host)).values()].flat(),
    dbusIdIsFile: (await host.stat('/var/lib/dbus/machine-id'))?.type === 'file',
    iscsi: (await host.stat('/etc/iscsi/initiatorname.iscsi')) !== undefined,
    rules: await ruleFiles(host),
    bends: await symlinkedFolders(host),
  };
}

/** Returns the first uid of regular users: the Red Hat family raised it from 500 to 1000 with version 7. */
export const uidMin = ({ family, id }: OperatingSystem, major: number): number =>
  family === 'redhat' && id !== 'fedora' && major < 7 ? 500 : 1000;

/** Returns the version of systemd by the name of its library; versions before 230 have no such library and count as 219. */
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
