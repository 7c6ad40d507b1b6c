import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { container } from '../machine/support/container.ts';
import { overlay } from '../machine/support/overlay.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { tree } from '../machine/support/trees.ts';

const skip = unable('dpkg-deb', 'lintian', 'mmdebstrap', 'systemd-nspawn');
const units = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];

describe('the Debian packages', { skip }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bootagent-deb-'));
    for (const version of ['1.0.0', '2.0.0']) await build(folder, version);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const deb = (version: string): string => join(folder, `bootagent_${version}-1_amd64.deb`);
  const compat = (version: string): string => join(folder, `bootagent-compat_${version}-1_all.deb`);

  test('lintian finds nothing that is not explained', async () => {
    assert.equal(await run('lintian', ['--no-cfg', '--allow-root', deb('1.0.0'), compat('1.0.0')]), '');
  });

  test('the same tree gives the same packages, byte for byte', async () => {
    const again = await mkdtemp(join(folder, 'again-'));
    await build(again, '1.0.0');
    for (const file of [deb('1.0.0'), compat('1.0.0')]) await run('cmp', [file, join(again, basename(file))]);
  });

  for (const release of ['bookworm', 'trixie'] as const) {
    test(`installed by dpkg on ${release}, it boots, and upgrades keep what an administrator decided`, async () => {
      await using machine = await container(release, { package: 'none' });
      const { root } = machine;
      await dpkg(root, '--install', deb('1.0.0'), compat('1.0.0'));
      assert.deepEqual(
        units.filter((unit) => !enabled(root, unit)),
        [],
      );
      assert.ok(enabled(root, 'bootagent-compat.service'));
      assert.ok(existsSync(join(root, 'var/lib/bootagent/fresh')));
      await machine.write('/var/lib/bootagent/seed/meta-data', 'instance-id: i-deb\n');
      await machine.write('/var/lib/bootagent/seed/user-data', '#cloud-config\nruncmd: [touch /root/ran]\n');
      const boot = await machine.boot();
      soundBoot(boot);
      assert.ok(existsSync(join(root, 'root/ran')));

      const settings = join(root, 'etc/bootagent/bootagent.yaml');
      writeFileSync(settings, 'manage_etc_hosts: true\n');
      await run('systemctl', ['--root', root, 'disable', 'bootagent-final.service']);
      await dpkg(root, '--install', deb('2.0.0'), compat('2.0.0'));
      assert.equal(readFileSync(settings, 'utf8'), 'manage_etc_hosts: true\n');
      assert.deepEqual(
        units.filter((unit) => enabled(root, unit)),
        units.slice(0, 2),
      );
      // It has served this machine.
      assert.equal(existsSync(join(root, 'var/lib/bootagent/fresh')), false);
    });
  }

  test('purged, it leaves nothing behind', async () => {
    await using laid = await overlay(await tree('bookworm'));
    const { root } = laid;
    const earlier = new Set(await filesIn(root));
    await dpkg(root, '--install', deb('1.0.0'), compat('1.0.0'));
    await dpkg(root, '--remove', 'bootagent-compat', 'bootagent');
    assert.ok(existsSync(join(root, 'etc/bootagent/bootagent.yaml')), 'settings outlive the removal');
    await dpkg(root, '--purge', 'bootagent-compat', 'bootagent');
    const others = /^(?:var\/lib\/dpkg|var\/log|var\/cache|root\/debs)/;
    assert.deepEqual(
      (await filesIn(root)).filter((path) => !earlier.has(path) && !others.test(path)),
      [],
    );
  });
});

const build = (output: string, version: string): Promise<string> =>
  run(process.execPath, ['packaging/deb.ts', '--fast', '--version', version, '--output', output]);

/** Runs the dpkg of a tree, with the tree's own maintainer tools. */
async function dpkg(root: string, action: string, ...names: readonly string[]): Promise<void> {
  const within: string[] = [];
  for (const name of names) {
    if (name.endsWith('.deb')) await copyFile(name, join(root, 'root', basename(name)));
    within.push(name.endsWith('.deb') ? `/root/${basename(name)}` : name);
  }
  await run('chroot', [root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'dpkg', '--force-confold', action, ...within]);
  for (const path of within) if (path.startsWith('/')) await rm(join(root, path));
}

const enabled = (root: string, unit: string): boolean =>
  readdirSync(join(root, 'etc/systemd/system/multi-user.target.wants')).includes(unit);

const filesIn = async (root: string): Promise<readonly string[]> =>
  (await run('find', [root, '-xdev', '-printf', '%P\\n'])).split('\n');
