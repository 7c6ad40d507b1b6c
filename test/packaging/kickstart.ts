import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { installPackage } from '../machine/support/probe.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { packageFile } from '../machine/support/trees.ts';
import { overlay } from './support/overlay.ts';

const skip = unable('rpm', 'mmdebstrap', 'chroot');

describe('the kickstart', { skip }, () => {
  test('seals the image in its %post, in a chroot with no systemd and the installer’s /proc', async () => {
    await using tree = await overlay();
    await installPackage(tree.root, packageFile());
    // What an installation leaves, or a package made: every instance would share it.
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(tree.root, 'etc/ssh/ssh_host_ed25519_key')]);
    writeFileSync(join(tree.root, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
    writeFileSync(join(tree.root, 'root/.bash_history'), 'secret\n');
    writeFileSync(join(tree.root, 'root/anaconda-ks.cfg'), 'rootpw secret\n');
    for (const [type, at] of [
      ['proc', 'proc'],
      ['sysfs', 'sys'],
      ['devtmpfs', 'dev'],
    ] as const) {
      await run('mount', ['-t', type, type, join(tree.root, at)]);
    }

    const post =
      /^%post[^\n]*\n((?:.|\n)+?)^%end/m.exec(readFileSync('packaging/kickstart/bootagent.ks', 'utf8'))?.[1] ?? '';
    assert.match(post, /bootagent seal --yes/);
    writeFileSync(join(tree.root, 'tmp/post'), post);
    await run('chroot', [tree.root, '/bin/bash', '/tmp/post'], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
    });

    assert.equal(existsSync(join(tree.root, 'etc/ssh/ssh_host_ed25519_key')), false);
    assert.equal(existsSync(join(tree.root, 'root/.bash_history')), false);
    assert.equal(existsSync(join(tree.root, 'root/anaconda-ks.cfg')), false);
    assert.doesNotMatch(readFileSync(join(tree.root, 'etc/machine-id'), 'utf8'), /0123456789abcdef/);
    assert.ok(existsSync(join(tree.root, 'var/lib/bootagent/fresh')));
    assert.ok(existsSync(join(tree.root, 'etc/bootagent/conf.d/50-site.yaml')));
  });
});
