import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { overlay } from '../machine/support/overlay.ts';
import { installPackage } from '../machine/support/probe.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { packageFile, tree } from '../machine/support/trees.ts';

const skip = unable('rpm', 'mmdebstrap', 'chroot');

describe('the kickstart', { skip }, () => {
  test('seals the image in its %post, in a chroot with no systemd and the installer’s /proc', async () => {
    await using laid = await overlay(await tree('bookworm'));
    await installPackage(laid.root, packageFile());
    // What an installation or a package scriptlet leaves behind: every instance would share it.
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(laid.root, 'etc/ssh/ssh_host_ed25519_key')]);
    writeFileSync(join(laid.root, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
    writeFileSync(join(laid.root, 'root/.bash_history'), 'secret\n');
    writeFileSync(join(laid.root, 'root/anaconda-ks.cfg'), 'rootpw secret\n');
    for (const [type, at] of [
      ['proc', 'proc'],
      ['sysfs', 'sys'],
      ['devtmpfs', 'dev'],
    ] as const) {
      await run('mount', ['-t', type, type, join(laid.root, at)]);
    }

    const post =
      /^%post[^\n]*\n((?:.|\n)+?)^%end/m.exec(readFileSync('packaging/kickstart/bootagent.ks', 'utf8'))?.[1] ?? '';
    assert.match(post, /bootagent seal --yes/);
    writeFileSync(join(laid.root, 'tmp/post'), post);
    await run('chroot', [laid.root, '/bin/bash', '/tmp/post'], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
    });

    assert.equal(existsSync(join(laid.root, 'etc/ssh/ssh_host_ed25519_key')), false);
    assert.equal(existsSync(join(laid.root, 'root/.bash_history')), false);
    assert.equal(existsSync(join(laid.root, 'root/anaconda-ks.cfg')), false);
    assert.doesNotMatch(readFileSync(join(laid.root, 'etc/machine-id'), 'utf8'), /0123456789abcdef/);
    assert.ok(existsSync(join(laid.root, 'var/lib/bootagent/fresh')));
    assert.ok(existsSync(join(laid.root, 'etc/bootagent/conf.d/50-site.yaml')));
  });
});
