import type { ReadHost } from '../host/host.ts';
import type { OperatingSystem } from './facts.ts';

/** Returns the distribution, from os-release or, on old releases of the Red Hat family, from /etc/redhat-release. */
export async function operatingSystem(host: ReadHost): Promise<OperatingSystem> {
  const text = await releaseOf(host);
  if (text === undefined) return oldRedHat(await host.readText('/etc/redhat-release'));
  const field = (name: string) => new RegExp(`^${name}=["']?(.*?)["']?$`, 'm').exec(text)?.[1] ?? '';
  const id = field('ID') || 'linux';
  const kin = [id, ...field('ID_LIKE').split(' ')];
  const codename = field('VERSION_CODENAME');
  return {
    id,
    family: familyOf(kin),
    version: field('VERSION_ID'),
    ...(codename && { codename }),
    name: field('PRETTY_NAME') || id,
  };
}

/** Returns the text of the first os-release file that can be read; /etc/os-release is usually a link to the other. */
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

/** Returns the version of systemd from the name of its shared library, which avoids starting systemctl; 0 if not found. */
export async function systemdVersion(host: ReadHost): Promise<number> {
  for (const folder of folders) {
    for (const name of await host.list(folder)) {
      const version = /^libsystemd-shared-(\d+)/.exec(name)?.[1];
      if (version !== undefined) return Number(version);
    }
  }
  return 0;
}
