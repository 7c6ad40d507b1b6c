import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { proven } from '../machine/support/proven.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { compatFile, packageFile } from '../machine/support/trees.ts';
import { type Name, releases, repository } from './support/stand-ins.ts';

const skip = unable('dnf', 'createrepo_c', 'rpmbuild');

describe('dnf, with stand-ins for Enterprise Linux and Fedora', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-el-'));
  after(() => rm(folder, { recursive: true, force: true }));

  const install = async (name: Name, ...wanted: readonly string[]) => {
    const [, release = ''] = /(\d+)$/.exec(name) ?? [];
    const repo = join(folder, `repo${release}`);
    await repository(repo, name, [packageFile(), compatFile()]);
    const root = join(folder, `root${release}`);
    await run('dnf', [
      ...[
        '--quiet',
        '--assumeyes',
        '--nogpgcheck',
        `--installroot=${root}`,
        `--releasever=${release}`,
        '--setopt=reposdir=/nowhere',
      ],
      ...[
        `--setopt=cachedir=${folder}/cache${release}`,
        '--setopt=logdir=/',
        '--setopt=tsflags=noscripts',
        '--setopt=pluginpath=/nowhere',
      ],
      ...[`--repofrompath=stand-ins,${repo}`, '--repo=stand-ins', 'install', ...wanted],
    ]);
    return (await run('rpm', ['--root', root, '-qa', '--queryformat', '%{NAME}\n'])).trim().split('\n').sort();
  };

  const tooOld = 'Enterprise Linux 7';
  for (const name of Object.keys(releases) as Name[]) {
    if (name === tooOld) continue;
    test(`installs it on ${name}, without libatomic, and with the tools of both file systems`, async () => {
      assert.deepEqual(await install(name, 'bootagent'), [
        ...['base-system', 'bootagent', 'e2fsprogs', 'shadow-utils', 'sudo', 'systemd', 'util-linux', 'xfsprogs'],
      ]);
      proven({
        system: `${name}, x86-64`,
        level: 'installed on stand-ins',
        told: 'dnf resolves all it requires',
      });
    });
  }

  test('installs what answers for cloud-init with it, and never beside cloud-init', async () => {
    const name = 'Enterprise Linux 9';
    assert.ok((await install(name, 'bootagent-compat')).includes('bootagent'));
    await assert.rejects(install(name, 'bootagent-compat', 'cloud-init'), /conflicts with cloud-init/);
  });

  test(`refuses ${tooOld}, whose glibc and systemd are too old`, async () => {
    await assert.rejects(
      install(tooOld, 'bootagent'),
      /nothing provides (libc\.so\.6\(GLIBC_2\.28\)|systemd >= 239|libstdc)/,
    );
  });
});
