import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { proven } from '../machine/support/proven.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { packageFile } from '../machine/support/trees.ts';
import { enterpriseLinux, repository } from './support/enterprise-linux.ts';

const skip = unable('dnf', 'createrepo_c', 'rpmbuild');

describe('dnf, with stand-ins for Enterprise Linux', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-el-'));
  after(() => rm(folder, { recursive: true, force: true }));

  const install = async (release: number) => {
    const repo = join(folder, `repo${release}`);
    await repository(repo, release, packageFile());
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
      ...[`--repofrompath=el,${repo}`, '--repo=el', 'install', 'bootagent'],
    ]);
    return (await run('rpm', ['--root', root, '-qa', '--queryformat', '%{NAME}\n'])).trim().split('\n').sort();
  };

  for (const release of [8, 9, 10]) {
    test(`installs it on EL${release}, with libatomic and the tools of both file systems`, async () => {
      assert.deepEqual(await install(release), [
        ...[
          'base-system',
          'bootagent',
          'e2fsprogs',
          'libatomic',
          'shadow-utils',
          'sudo',
          'systemd',
          'util-linux',
          'xfsprogs',
        ],
      ]);
      proven({
        system: `Enterprise Linux ${release}, x86-64`,
        level: 'installed on stand-ins',
        told: 'dnf resolves all it requires',
      });
    });
  }

  test('refuses EL7, whose glibc and systemd are too old', async () => {
    assert.ok(enterpriseLinux[7]);
    await assert.rejects(install(7), /nothing provides (libc\.so\.6\(GLIBC_2\.28\)|systemd >= 239|libstdc)/);
  });
});
