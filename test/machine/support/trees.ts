import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, run } from './scratch.ts';

/** The Debian releases that the tests boot, and the systemd version of each. */
export const releases = { bullseye: 247, bookworm: 252, trixie: 257 } as const;
export type Release = keyof typeof releases;

/** The packages of a plain guest: enough to boot, to log in, and for most user-data. */
const plain = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'iproute2', 'openssh-server', 'sudo', 'ca-certificates'],
  ...['e2fsprogs', 'fdisk', 'libatomic1', 'libstdc++6', 'procps'],
];

/** Additional packages of a guest with a disk of its own. */
export const withKernel = ['linux-image-cloud-amd64', 'initramfs-tools', 'lvm2', 'xfsprogs', 'zstd'];

/** Returns the tree of a release, built once from Debian's archive and cached; the directory is read-only for callers. */
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
    // An image contains neither host keys nor a machine identity.
    ...['--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*', '--customize-hook=echo uninitialized >"$1/etc/machine-id"'],
    ...['--customize-hook=echo localhost >"$1/etc/hostname"', `--customize-hook=${policy}`],
    ...[release, making, 'http://deb.debian.org/debian'],
  ]);
  // Two suites may build the same tree at once: the first to finish is kept.
  await rename(making, folder).catch(async (error) => {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/** DHCP on any interface, which network-online.target waits for. */
const policy = [
  'printf "[Match]\\nName=e* host0\\n[Network]\\nDHCP=yes\\n" >"$1/etc/systemd/network/20-dhcp.network"',
  'chroot "$1" systemctl --quiet enable systemd-networkd',
].join(' && ');

/** Returns the package that `npm run rpm` built. */
export const packageFile = (): string => made(/^bootagent-\d.*\.x86_64\.rpm$/);

/** Returns the bootagent-compat package beside it, which answers for cloud-init. */
export const compatFile = (): string => made(/^bootagent-compat-.*\.noarch\.rpm$/);

function made(name: RegExp): string {
  const age = (file: string) => statSync(join('dist', file)).ctimeMs;
  const [file] = readdirSync('dist')
    .filter((each) => name.test(each))
    .sort((a, b) => age(b) - age(a));
  if (!file) throw new Error('no package in dist/: npm run build && npm run rpm');
  // A package's mtime is the date of its commit, so its age is taken from its ctime.
  if (statSync(join('dist', file)).ctimeMs < statSync('dist/bootagent').mtimeMs)
    throw new Error(`dist/${file} is older than dist/bootagent: npm run rpm`);
  return join('dist', file);
}
