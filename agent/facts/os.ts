import type { ReadHost } from '../host/host.ts';
import type { OperatingSystem } from './facts.ts';

/** Which distribution this is, by os-release or, on the oldest, by the release file of the Red Hat family. */
export async function operatingSystem(host: ReadHost): Promise<OperatingSystem> {
  const text = await releaseOf(host);
  if (text === undefined) return oldRedHat(await host.readText('/etc/redhat-release'));
  const field = (name: string) => new RegExp(`^${name}=["']?(.*?)["']?$`, 'm').exec(text)?.[1] ?? '';
  const id = field('ID') || 'linux';
  const kin = [id, ...field('ID_LIKE').split(' ')];
  return { id, family: familyOf(kin), version: field('VERSION_ID'), name: field('PRETTY_NAME') || id };
}

/** Whichever of the two can be read: the one in /etc is mostly a link to the other. */
async function releaseOf(host: ReadHost): Promise<string | undefined> {
  const read = await host.readText('/etc/os-release').catch((error: unknown) => ({ error }));
  if (typeof read === 'string') return read;
  const own = await host.readText('/usr/lib/os-release');
  if (own === undefined && read) throw read.error;
  return own;
}

export const unknownSystem: OperatingSystem = { id: 'linux', family: 'other', version: '', name: 'unknown' };

function oldRedHat(release: string | undefined): OperatingSystem {
  const [, name = '', version = ''] = /^(.*?) release ([\d.]+)/.exec(release ?? '') ?? [];
  if (name === '') return unknownSystem;
  return { id: name.split(' ')[0]?.toLowerCase() ?? 'linux', family: 'redhat', version, name: `${name} ${version}` };
}

function familyOf(kin: readonly string[]): OperatingSystem['family'] {
  if (kin.some((each) => ['rhel', 'fedora', 'centos', 'rocky', 'almalinux'].includes(each))) return 'redhat';
  return kin.some((each) => ['debian', 'ubuntu'].includes(each)) ? 'debian' : 'other';
}

const folders = [
  '/usr/lib/systemd',
  '/usr/lib/x86_64-linux-gnu/systemd',
  '/usr/lib/aarch64-linux-gnu/systemd',
  '/lib/systemd',
] as const;

/** The version of systemd, by the name of its own library: asking systemctl would cost a process. */
export async function systemdVersion(host: ReadHost): Promise<number> {
  for (const folder of folders) {
    for (const name of await host.list(folder)) {
      const version = /^libsystemd-shared-(\d+)/.exec(name)?.[1];
      if (version !== undefined) return Number(version);
    }
  }
  return 0;
}
