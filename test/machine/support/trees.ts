import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, run } from './scratch.ts';

/** The Debian releases we boot, and the systemd each carries. */
export const releases = { bullseye: 247, bookworm: 252, trixie: 257 } as const;
export type Release = keyof typeof releases;

/** What a plain guest has: enough to boot, to log in, and for what most user-data asks. */
const plain = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'iproute2', 'openssh-server', 'sudo', 'ca-certificates'],
  ...['e2fsprogs', 'fdisk', 'libatomic1', 'libstdc++6', 'procps'],
];

/** What a guest with a disk of its own has besides. */
export const withKernel = ['linux-image-cloud-amd64', 'initramfs-tools', 'lvm2', 'xfsprogs', 'zstd'];

/** A tree of that release, made once of Debian's archive and kept; the folder must not be written in. */
export async function tree(release: Release, extra: readonly string[] = []): Promise<string> {
  const network = release === 'trixie' ? ['systemd-resolved'] : [];
  const packages = [...plain, ...network, ...extra].sort();
  const recipe = createHash('sha256')
    .update(JSON.stringify([release, packages, policy]))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cache, `tree-${release}-${recipe}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}.new`;
  await rm(making, { recursive: true, force: true });
  await run('mmdebstrap', [
    ...['--quiet', '--mode=root', '--variant=minbase', `--include=${packages.join(',')}`],
    // Host keys are not part of an image, nor is its identity.
    ...['--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*', '--customize-hook=echo uninitialized >"$1/etc/machine-id"'],
    ...['--customize-hook=echo localhost >"$1/etc/hostname"', `--customize-hook=${policy}`],
    ...[release, making, 'http://deb.debian.org/debian'],
  ]);
  // Two suites may make the same tree at once: the first to end is kept.
  await rename(making, folder).catch(async (error) => {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/** The network by DHCP on whatever interface there is, waited for by network-online.target. */
const policy = [
  'printf "[Match]\\nName=e* host0\\n[Network]\\nDHCP=yes\\n" >"$1/etc/systemd/network/20-dhcp.network"',
  'chroot "$1" systemctl --quiet enable systemd-networkd',
].join(' && ');

/** The package that `npm run rpm` made. */
export const packageFile = (): string => made(/^bootagent-\d.*\.x86_64\.rpm$/);

/** The one beside it, which answers for cloud-init. */
export const compatFile = (): string => made(/^bootagent-compat-.*\.noarch\.rpm$/);

function made(name: RegExp): string {
  const age = (file: string) => statSync(join('dist', file)).ctimeMs;
  const [file] = readdirSync('dist')
    .filter((each) => name.test(each))
    .sort((a, b) => age(b) - age(a));
  if (!file) throw new Error('no package in dist/: npm run build && npm run rpm');
  // The date of a package is that of its commit: when it was written is in its ctime.
  if (statSync(join('dist', file)).ctimeMs < statSync('dist/bootagent').mtimeMs)
    throw new Error(`dist/${file} is older than dist/bootagent: npm run rpm`);
  return join('dist', file);
}
