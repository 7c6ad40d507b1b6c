import type { ReadHost } from '../host/host.ts';
import { isRefused } from '../host/with-context.ts';
import { accounts, groups } from './accounts.ts';
import { disks } from './disks.ts';
import type { Facts } from './facts.ts';
import { readMounts, swaps } from './mounts.ts';
import { readNetwork } from './network.ts';
import { networkFiles } from './network-files.ts';
import { operatingSystem, systemdVersion, unknownSystem } from './os.ts';
import { readPlatform, unknownPlatform } from './platform.ts';
import { type FactReader, factReader, forEach } from './read-facts.ts';
import { paths, programs } from './watched-paths.ts';

/**
 * Gathers the facts from files under /proc and /sys, without starting a program. The tree is the machine itself, or an
 * image with its own system, programs and users. If `before` is given, nothing was installed or changed since, and only
 * the facts that change by themselves are read again.
 */
export async function gatherFacts(machine: ReadHost, tree: ReadHost, before?: Facts): Promise<Facts> {
  const reader = factReader();
  const { known } = reader;
  const network = { interface: undefined, address: undefined, interfaces: [] };
  return {
    // If a fact is unknown, all facts are read again.
    ...(before && !before.unknown ? before : await lasting(machine, tree, reader)),
    hostname: await known('hostname', () => lineIn('/proc/sys/kernel/hostname', machine), ''),
    network: { ...(await known('network', () => readNetwork(machine), network)), files: await networkFiles(tree) },
    disks: await known('disks', () => disks(machine), []),
    mounts: await known('mounts', () => readMounts(machine), []),
    swaps: await known('swaps', () => swaps(machine), []),
    users: await known('users', () => accounts(tree), []),
    groups: await known('groups', () => groups(tree), []),
    ...reader.unknown(),
  };
}

async function lasting(machine: ReadHost, tree: ReadHost, { known }: FactReader) {
  // Filled in place, so that a read error keeps the values read so far.
  const platform = { ...unknownPlatform };
  const programs: string[] = [];
  const found: string[] = [];
  await known('platform', () => readPlatform(machine, platform), undefined);
  await known('programs', () => installed(tree, programs), undefined);
  await known('paths', () => there(paths, tree, found), undefined);
  return {
    cpus: await known('cpus', async () => countOf((await machine.readText(online)) ?? '0'), 1),
    memoryKiB: await known('memoryKiB', () => memoryOf(machine), 0),
    os: await known('os', () => operatingSystem(tree), unknownSystem),
    platform,
    selinux: await known('selinux', () => selinux(machine), 'disabled'),
    systemd: await known('systemd', () => systemdVersion(tree), 0),
    sh: await known('sh', () => shellOf(tree), 'sh'),
    programs,
    paths: found,
  };
}

const online = '/sys/devices/system/cpu/online';

const lineIn = async (path: string, host: ReadHost): Promise<string> => ((await host.readText(path)) ?? '').trim();

const memoryOf = async (host: ReadHost): Promise<number> =>
  Number(/^MemTotal:\s+(\d+) kB/m.exec((await host.readText('/proc/meminfo')) ?? '')?.[1] ?? 0);

/** Returns the number of cores in a kernel CPU list: 5 for "0-3,5". */
export function countOf(ranges: string): number {
  return ranges
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((count, [first = 0, last = first]) => count + last - first + 1, 0);
}

async function selinux(host: ReadHost): Promise<Facts['selinux']> {
  const enforce = (await host.readText('/sys/fs/selinux/enforce'))?.trim();
  return enforce === undefined ? 'disabled' : enforce === '1' ? 'enforcing' : 'permissive';
}

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'] as const;

async function shellOf(host: ReadHost): Promise<string> {
  return ((await host.readLink('/usr/bin/sh')) ?? (await host.readLink('/bin/sh')) ?? 'sh').replace(/.*\//, '');
}

/** Adds the installed programs to `found`. */
async function installed(host: ReadHost, found: string[]): Promise<void> {
  // Folders that are symbolic links, and empty ones under /usr/local, are left out: this saves most of the lookups.
  const worthwhile: string[] = [];
  await forEach(folders, async (folder) => {
    const isOwn = (await host.stat(folder))?.type === 'directory';
    if (isOwn && (!folder.startsWith('/usr/local/') || (await holdsAny(folder, host)))) worthwhile.push(folder);
  });
  await forEach(programs, async (program) => {
    const places = worthwhile.map((folder) => `${folder}/${program}`);
    if (await anyOf(places, host)) found.push(program);
  });
}

/** Whether a folder has entries. One that cannot be listed counts as non-empty: its programs are looked up one by one. */
const holdsAny = async (folder: string, host: ReadHost): Promise<boolean> =>
  host.list(folder).then(
    (names) => names.length > 0,
    () => true,
  );

async function anyOf(places: readonly string[], host: ReadHost): Promise<boolean> {
  let isThere = false;
  await forEach(places, async (place) => {
    isThere ||= (await host.stat(place)) !== undefined;
  }).catch((error) => {
    if (!isThere) throw error;
  });
  return isThere;
}

/** Adds the existing paths to `found`. */
const there = (wanted: readonly string[], host: ReadHost, found: string[]): Promise<void> =>
  forEach(wanted, async (path) => {
    if (await mayBeThere(path, host)) found.push(path);
  });

/** Counts a path that only root can read as existing: a plan that depends on it compares it and reports it as unknown. */
async function mayBeThere(path: string, host: ReadHost): Promise<boolean> {
  try {
    return (await host.stat(path)) !== undefined;
  } catch (error) {
    if (!host.privileged && isRefused(error)) return true;
    throw error;
  }
}
