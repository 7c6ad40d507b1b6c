import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What a login needs besides the agent: sshd, and whatever configures the network. */
const loginUnits = ['ssh', 'sshd', 'systemd-networkd', 'NetworkManager', 'networking'];

/** Source, destination and mode of each file except the executable. */
const files: readonly (readonly [from: string, to: string, mode: number])[] = [
  ['systemd/bootagent.service', 'usr/lib/systemd/system/bootagent.service', 0o644],
  ['systemd/bootagent-local.service', 'usr/lib/systemd/system/bootagent-local.service', 0o644],
  ['systemd/bootagent-final.service', 'usr/lib/systemd/system/bootagent-final.service', 0o644],
  ['systemd/bootagent-metadata-lock.service', 'usr/lib/systemd/system/bootagent-metadata-lock.service', 0o644],
  ['systemd/bootagent.target', 'usr/lib/systemd/system/bootagent.target', 0o644],
  ['systemd/bootagent-network.target', 'usr/lib/systemd/system/bootagent-network.target', 0o644],
  ['systemd/sshd-keygen-later.conf', 'usr/lib/systemd/system/sshd-keygen@.service.d/50-bootagent.conf', 0o644],
  ...loginUnits.map(
    (unit) =>
      ['systemd/login-first.conf', `usr/lib/systemd/system/${unit}.service.d/50-bootagent.conf`, 0o644] as const,
  ),
  ['systemd/reuse-agent', 'usr/libexec/bootagent/reuse-agent', 0o755],
  ['systemd/skip-if-unchanged', 'usr/libexec/bootagent/skip-if-unchanged', 0o755],
  ['systemd/skip-if-same-address', 'usr/libexec/bootagent/skip-if-same-address', 0o755],
  ['systemd/metadata-lock', 'usr/libexec/bootagent/metadata-lock', 0o755],
  ['systemd/80-bootagent.preset', 'usr/lib/systemd/system-preset/80-bootagent.preset', 0o644],
  ['systemd/bootagent.tmpfiles', 'usr/lib/tmpfiles.d/bootagent.conf', 0o644],
  ['packaging/conf.d/00-defaults.yaml', 'usr/lib/bootagent/conf.d/00-defaults.yaml', 0o644],
  ['packaging/bootagent.yaml', 'etc/bootagent/bootagent.yaml', 0o640],
  ['LICENSE', 'usr/share/licenses/bootagent/LICENSE', 0o644],
  ['dist/THIRD-PARTY-LICENSES', 'usr/share/licenses/bootagent/THIRD-PARTY-LICENSES', 0o644],
  ['packaging/compat/cloud-init', 'usr/bin/cloud-init', 0o755],
  ['packaging/compat/cloud-init-per', 'usr/bin/cloud-init-per', 0o755],
  ['packaging/compat/bootagent-compat.service', 'usr/lib/systemd/system/bootagent-compat.service', 0o644],
  ['packaging/compat/bootagent-compat.tmpfiles', 'usr/lib/tmpfiles.d/bootagent-compat.conf', 0o644],
  ['packaging/compat/80-bootagent-compat.preset', 'usr/lib/systemd/system-preset/80-bootagent-compat.preset', 0o644],
  ['CHANGELOG.md', 'usr/share/doc/bootagent/CHANGELOG.md', 0o644],
];

const completions = [
  ['bootagent.bash', 'usr/share/bash-completion/completions/bootagent'],
  ['bootagent.zsh', 'usr/share/zsh/site-functions/_bootagent'],
  ['bootagent.fish', 'usr/share/fish/vendor_completions.d/bootagent.fish'],
] as const;

const folders = [
  ['etc/bootagent', 0o755],
  ['etc/bootagent/conf.d', 0o755],
  ['var/lib/bootagent', 0o700],
] as const;

/** Writes the tree to install. All timestamps are the epoch, so that the same tree gives the same package. */
export function stage(
  tree: string,
  { executable, libatomic, parts }: Readonly<Record<'executable' | 'libatomic' | 'parts', string>>,
  epoch: number,
): void {
  rmSync(tree, { recursive: true, force: true });
  for (const [folder, mode] of folders) {
    mkdirSync(join(tree, folder), { recursive: true });
    chmodSync(join(tree, folder), mode);
  }
  place(tree, 'usr/bin/bootagent', readFileSync(executable), 0o755);
  place(tree, 'usr/lib/bootagent/libatomic.so.1', readFileSync(libatomic), 0o755);
  place(tree, 'usr/share/doc/bootagent/bootagent.cdx.json', readFileSync(parts), 0o644);
  const build = createHash('sha256').update(readFileSync(executable)).digest('hex');
  for (const [from, to, mode] of files) {
    // A boot that skips the agent must detect a new one even if no timestamp differs: the checksum of its record includes
    // this script.
    const content = from.startsWith('systemd/')
      ? readFileSync(from, 'utf8').replace('@BUILD@', build)
      : readFileSync(from);
    place(tree, to, content, mode);
  }
  for (const page of readdirSync('packaging/man')) {
    // Node's gzip writes no timestamp and no file name.
    const packed = gzipSync(readFileSync(join('packaging/man', page)), { level: 9 });
    place(tree, `usr/share/man/man${page.at(-1)}/${page}.gz`, packed, 0o644);
  }
  for (const [shell, to] of completions) place(tree, to, readFileSync(join('packaging/completions', shell)), 0o644);
  for (const entry of readdirSync(tree, { recursive: true, encoding: 'utf8' }))
    utimesSync(join(tree, entry), epoch, epoch);
}

function place(tree: string, to: string, content: string | Uint8Array, mode: number): void {
  const path = join(tree, to);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}
