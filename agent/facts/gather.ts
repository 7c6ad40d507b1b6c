import type { ReadHost } from '../host/host.ts';
import { isRefused } from '../host/with-context.ts';
import { accounts, groups } from './accounts.ts';
import { disks } from './disks.ts';
import type { Facts } from './facts.ts';
import { readMounts, swaps } from './mounts.ts';
import { readNetwork } from './network.ts';
import { networkFiles } from './network-files.ts';
import { operatingSystem, systemdVersion } from './os.ts';
import { platform } from './platform.ts';
import { paths, programs } from './watched-paths.ts';

/**
 * Looks at the machine: by its files under /proc and /sys, so that no program is started. The tree is the
 * machine itself, or the image that is worked on, which has its own system, programs and users. Behind a look after which
 * nobody installed or changed anything, only what comes and goes by itself is looked at anew.
 */
export async function gatherFacts(machine: ReadHost, tree: ReadHost, before?: Facts): Promise<Facts> {
  return {
    ...(before ?? (await lasting(machine, tree))),
    hostname: ((await machine.readText('/proc/sys/kernel/hostname')) ?? '').trim(),
    network: { ...(await readNetwork(machine)), files: await networkFiles(tree) },
    disks: await disks(machine),
    mounts: await readMounts(machine),
    swaps: await swaps(machine),
    users: await accounts(tree),
    groups: await groups(tree),
  };
}

async function lasting(machine: ReadHost, tree: ReadHost) {
  return {
    cpus: countOf((await machine.readText('/sys/devices/system/cpu/online')) ?? '0'),
    memoryKiB: Number(/^MemTotal:\s+(\d+) kB/m.exec((await machine.readText('/proc/meminfo')) ?? '')?.[1] ?? 0),
    os: await operatingSystem(tree),
    platform: await platform(machine),
    selinux: await selinux(machine),
    systemd: await systemdVersion(tree),
    sh: await shellOf(tree),
    programs: await installed(tree),
    paths: await there(paths, tree),
  };
}

/** How many cores "0-3,5" are. */
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

async function installed(host: ReadHost): Promise<string[]> {
  // Most programs are asked about in vain in most folders: those that hold nothing, or are links to others, are left out.
  const worthwhile: string[] = [];
  for (const folder of folders) {
    const isOwn = (await host.stat(folder))?.type === 'directory';
    if (isOwn && (!folder.startsWith('/usr/local/') || (await host.list(folder)).length > 0)) worthwhile.push(folder);
  }
  const found: string[] = [];
  for (const program of programs) {
    const places = worthwhile.map((folder) => `${folder}/${program}`);
    if (await anyOf(places, host)) found.push(program);
  }
  return found;
}

async function anyOf(places: readonly string[], host: ReadHost): Promise<boolean> {
  for (const place of places) if (await host.stat(place)) return true;
  return false;
}

async function there(wanted: readonly string[], host: ReadHost): Promise<string[]> {
  const found: string[] = [];
  for (const path of wanted) if (await mayBeThere(path, host)) found.push(path);
  return found;
}

/** What only root may see counts as there: a plan that depends on it then compares it, and reports that it is unknown. */
async function mayBeThere(path: string, host: ReadHost): Promise<boolean> {
  try {
    return (await host.stat(path)) !== undefined;
  } catch (error) {
    if (!host.privileged && isRefused(error)) return true;
    throw error;
  }
}
