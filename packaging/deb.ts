import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { sha256 } from './executable.ts';
import { type Architecture, architectures } from './runtimes.ts';
import { type StagedPackage, stagedPackage } from './staged-package.ts';

/** `npm run deb [-- --arch arm64] [-- --fast]`: the output of `npm run build` as Debian packages, reproducibly. */
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'x64' },
    /** Packs quickly and large, for tests: xz takes a minute on one core. */
    fast: { type: 'boolean', default: false },
    release: { type: 'string', default: '1' },
    /** Overrides the version, to test upgrades. */
    version: { type: 'string' },
    maintainer: { type: 'string', default: 'bootagent maintainers <maintainers@bootagent.example>' },
    output: { type: 'string', default: 'dist' },
  },
});
const architecture = values.arch as Architecture;
const staged = stagedPackage(architecture, values.version);
const version = `${staged.version}-${values.release}`;

/** Where Debian keeps documents that other systems keep elsewhere. */
const moved: Readonly<Record<string, string>> = {
  'usr/share/licenses/bootagent/THIRD-PARTY-LICENSES': 'usr/share/doc/bootagent/THIRD-PARTY-LICENSES',
  'usr/share/zsh/site-functions/_bootagent': 'usr/share/zsh/vendor-completions/_bootagent',
};
/** Debian has no such unit; the text of its license is in every system. */
const dropped = ['usr/lib/systemd/system/sshd-keygen@.service.d', 'usr/share/licenses', 'usr/share/zsh/site-functions'];

function laidOut({ tree, work, epoch }: StagedPackage): Readonly<Record<string, string>> {
  for (const [from, to] of Object.entries(moved)) moveFile(tree, from, tree, to);
  for (const folder of dropped) rmSync(join(tree, folder), { recursive: true });
  const doc = join(tree, 'usr/share/doc/bootagent');
  packed(join(doc, 'CHANGELOG.md'), join(doc, 'changelog.gz'));
  // Libraries are not executable in Debian.
  chmodSync(join(tree, 'usr/lib/bootagent/libatomic.so.1'), 0o644);
  const compat = join(work, 'compat');
  for (const file of files(tree)) if (isCompat(file)) moveFile(tree, file, compat, file);
  const trees = { bootagent: tree, 'bootagent-compat': compat };
  for (const [name, root] of Object.entries(trees)) {
    const folder = join(root, 'usr/share/doc', name);
    mkdirSync(folder, { recursive: true });
    copyFileSync('packaging/deb/copyright', join(folder, 'copyright'));
    mkdirSync(join(root, 'usr/share/lintian/overrides'), { recursive: true });
    copyFileSync(`packaging/deb/${name}/lintian-overrides`, join(root, 'usr/share/lintian/overrides', name));
    writeFileSync(join(folder, 'changelog.Debian'), changelogOf(name, epoch));
    packed(join(folder, 'changelog.Debian'), join(folder, 'changelog.Debian.gz'));
  }
  return trees;
}

const isCompat = (file: string): boolean => file.startsWith('usr/bin/cloud-init') || file.includes('bootagent-compat');

function changelogOf(name: string, epoch: number): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${version}) unstable; urgency=medium\n\n  * See changelog.gz of bootagent.\n\n -- ${values.maintainer}  ${date}\n`;
}

/** Compresses a file. Node's gzip writes no timestamp and no file name. */
function packed(from: string, to: string): void {
  writeFileSync(to, gzipSync(readFileSync(from), { level: 9 }));
  rmSync(from);
}

function moveFile(fromRoot: string, from: string, toRoot: string, to: string): void {
  mkdirSync(dirname(join(toRoot, to)), { recursive: true });
  renameSync(join(fromRoot, from), join(toRoot, to));
}

const files = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => lstatSync(join(root, path)).isFile())
    .sort();

/** Writes the files that dpkg reads about a package. */
function writeControl(name: string, root: string): void {
  const control = join(root, 'DEBIAN');
  const installed = files(root);
  const kib = installed.reduce((sum, path) => sum + Math.ceil(statSync(join(root, path)).size / 1024), 0);
  const sums = installed.map((path) => `${md5(join(root, path))}  ${path}\n`).join('');
  mkdirSync(control);
  const fields = readFileSync(`packaging/deb/${name}/control`, 'utf8')
    .replaceAll('@VERSION@', version)
    .replace('@ARCHITECTURE@', architectures[architecture].deb)
    .replace('@MAINTAINER@', values.maintainer)
    .replace('@SIZE@', String(kib));
  writeFileSync(join(control, 'control'), fields);
  writeFileSync(join(control, 'md5sums'), sums);
  const settings = installed.filter((path) => path.startsWith('etc/'));
  if (settings.length > 0) writeFileSync(join(control, 'conffiles'), settings.map((path) => `/${path}\n`).join(''));
  for (const script of ['postinst', 'prerm', 'postrm']) {
    const source = `packaging/deb/${name}/${script}`;
    if (!existsSync(source)) continue;
    copyFileSync(source, join(control, script));
    chmodSync(join(control, script), 0o755);
  }
}

const md5 = (path: string): string => execFileSync('md5sum', [path], { encoding: 'utf8' }).slice(0, 32);

for (const [name, root] of Object.entries(laidOut(staged))) {
  writeControl(name, root);
  chmodSync(root, 0o755);
  for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, entry);
    if (lstatSync(path).isDirectory() && !entry.endsWith('var/lib/bootagent')) chmodSync(path, 0o755);
    utimesSync(path, staged.epoch, staged.epoch);
  }
  const of = name === 'bootagent' ? architectures[architecture].deb : 'all';
  const at = join(values.output, `${name}_${version}_${of}.deb`);
  // One thread: more would make the file differ from build to build.
  const options = ['--root-owner-group', '--threads-max=1', ...(values.fast ? ['-Zgzip', '-z1'] : ['-Zxz'])];
  execFileSync('dpkg-deb', [...options, '--build', root, at], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(staged.epoch), LC_ALL: 'C.UTF-8' },
  });
  console.log(`${at}  ${(statSync(at).size / 1e6).toFixed(1)} MB  sha256 ${sha256(at)}`);
}
