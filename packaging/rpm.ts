import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from './executable.ts';
import { type Architecture, architectures, libatomicFor } from './runtimes.ts';
import { stage } from './stage.ts';

/** `npm run rpm [-- --arch arm64] [-- --payload w3.zstdio]`: packages the output of `npm run build`, reproducibly. */
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'x64' },
    // The highest zstd level takes a minute on one core; tests of the package use a lower one.
    payload: { type: 'string', default: 'w19.zstdio' },
    release: { type: 'string', default: '1' },
    /** Overrides the version, to test upgrades. */
    version: { type: 'string' },
    output: { type: 'string', default: 'dist' },
  },
});
const architecture = values.arch as Architecture;
const { rpm: rpmArchitecture, emulator } = architectures[architecture];
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const version = values.version ?? manifest.version;
const name = architecture === 'x64' ? 'bootagent' : `bootagent-${rpmArchitecture}`;
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? lastCommit());

// A separate directory: two suites may build packages at the same time.
mkdirSync('dist/build', { recursive: true });
const work = mkdtempSync(resolve('dist/build/rpm-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
const staged = join(work, 'tree');
const built = {
  executable: join('dist', name),
  libatomic: libatomicFor(architecture),
  parts: join('dist', `${name}.cdx.json`),
};
stage(staged, built, epoch);

const bundled = join(work, 'bundled.inc');
writeFileSync(
  bundled,
  readFileSync('dist/bundled', 'utf8')
    .replaceAll(/^/gm, 'Provides: ')
    .replace(/Provides: $/, ''),
);
const definitions = {
  _topdir: work,
  _vendor: 'redhat',
  _rpmdir: work,
  _rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
  ver: version,
  rel: values.release,
  payload: values.payload,
  nodeversion: manifest.optionalDependencies[`node-linux-${architecture}`],
  staged,
  checker: rpmArchitecture === 'x86_64' ? '%{nil}' : (emulator ?? []).join(' '),
  checkversion: manifest.version,
  bundled,
};
execFileSync(
  'rpmbuild',
  [
    ...['--quiet', '-bb', '--target', `${rpmArchitecture}-redhat-linux`, 'packaging/rpm/bootagent.spec'],
    ...Object.entries(definitions).flatMap(([key, value]) => ['--define', `${key} ${value}`]),
  ],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C.UTF-8' },
  },
);
for (const [called, of] of [
  ['bootagent', rpmArchitecture],
  ['bootagent-compat', 'noarch'],
]) {
  const file = `${called}-${version}-${values.release}.${of}.rpm`;
  const at = join(values.output, file);
  renameSync(join(work, file), at);
  console.log(`${values.output}/${file}  ${(statSync(at).size / 1e6).toFixed(1)} MB  sha256 ${sha256(at)}`);
}

/** Returns the time of the last commit, in seconds since the epoch. */
function lastCommit(): string {
  return execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }).trim();
}
