import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from './executable.ts';
import { type Architecture, architectures } from './runtimes.ts';
import { stagedPackage } from './staged-package.ts';

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
const { version, builtVersion, nodeVersion, epoch, work, tree } = stagedPackage(architecture, values.version);

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
  nodeversion: nodeVersion,
  staged: tree,
  checker: rpmArchitecture === 'x86_64' ? '%{nil}' : (emulator ?? []).join(' '),
  checkversion: builtVersion,
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
