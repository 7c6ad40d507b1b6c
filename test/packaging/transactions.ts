import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { overlay } from '../machine/support/overlay.ts';
import { installPackage } from '../machine/support/probe.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { compatFile, packageFile, tree } from '../machine/support/trees.ts';

const skip = unable('rpm', 'rpmbuild', 'mmdebstrap');
const units = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];

describe('the package, installed, upgraded and erased', { skip }, () => {
  test('is enabled by its preset, complete, and marks the image as fresh', async () => {
    await using laid = await overlay(await tree('bookworm'));
    await installPackage(laid.root, packageFile());
    for (const unit of units) assert.ok(enabled(laid.root, unit), unit);
    assert.equal((await run('rpm', ['--root', laid.root, '--verify', '--nodeps', 'bootagent'])).trim(), '');
    assert.ok(existsSync(join(laid.root, 'var/lib/bootagent/fresh')));
    const version = await run('chroot', [laid.root, 'bootagent', 'version']);
    assert.match(version, /^bootagent \d/);
  });

  test('keeps what an administrator disabled and configured when it is upgraded', async () => {
    await using laid = await overlay(await tree('bookworm'));
    await installPackage(laid.root, packageFile());
    await run('systemctl', ['--root', laid.root, 'disable', 'bootagent-final.service']);
    const configuration = join(laid.root, 'etc/bootagent/bootagent.yaml');
    writeFileSync(configuration, 'manage_etc_hosts: true\n');

    await installPackage(laid.root, await newer(), ['--upgrade']);
    assert.equal(
      (await run('rpm', ['--root', laid.root, '-q', '--queryformat', '%{VERSION}', 'bootagent'])).trim(),
      '99.0.0',
    );
    assert.deepEqual(
      units.map((unit) => enabled(laid.root, unit)),
      [true, true, false],
    );
    assert.equal(readFileSync(configuration, 'utf8'), 'manage_etc_hosts: true\n');
  });

  test('does not call a machine fresh that it has served', async () => {
    await using laid = await overlay(await tree('bookworm'));
    mkdirSync(join(laid.root, 'var/lib/bootagent'));
    writeFileSync(join(laid.root, 'var/lib/bootagent/journal.ndjson'), '{"is":"format","format":1}\n');
    await installPackage(laid.root, packageFile());
    assert.equal(existsSync(join(laid.root, 'var/lib/bootagent/fresh')), false);
  });

  test('leaves nothing behind but what an administrator wrote', async () => {
    await using laid = await overlay(await tree('bookworm'));
    const before = await files(laid.root);
    await installPackage(laid.root, packageFile());
    await installPackage(laid.root, compatFile());
    assert.ok(enabled(laid.root, 'bootagent-compat.service'));
    await run('rpm', ['--root', laid.root, '--nodeps', '--erase', 'bootagent', 'bootagent-compat']);
    // rpm's own database, and a directory that belongs to the base system on Enterprise Linux.
    const others = /^(var\/lib\/rpm|root\/\.rpmdb|usr\/share\/licenses$)/;
    const left = (await files(laid.root)).filter((path) => !before.includes(path) && !others.test(path));
    assert.deepEqual(left, []);
  });
});

const enabled = (root: string, unit: string) =>
  readdirSync(join(root, 'etc/systemd/system/multi-user.target.wants')).includes(unit);

/** Returns the same content under a later version. */
async function newer(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-newer-'));
  await run(process.execPath, [
    'packaging/rpm.ts',
    '--version',
    '99.0.0',
    '--payload',
    'w1.zstdio',
    '--output',
    folder,
  ]);
  return join(folder, 'bootagent-99.0.0-1.x86_64.rpm');
}

async function files(root: string): Promise<readonly string[]> {
  return (await run('find', [root, '-xdev', '-printf', '%P\n'])).trim().split('\n').sort();
}
