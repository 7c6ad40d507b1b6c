import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { overlay } from '../machine/support/overlay.ts';
import { installPackage } from '../machine/support/probe.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { packageFile, tree } from '../machine/support/trees.ts';

const skip = unable('rpm', 'mmdebstrap', 'chroot');

describe('a system without libatomic', { skip }, () => {
  test('starts the executable with the one of the package, and not without that', async () => {
    await using laid = await overlay(await tree('bookworm'));
    await installPackage(laid.root, packageFile());
    rmSync(join(laid.root, 'usr/lib/x86_64-linux-gnu/libatomic.so.1'));
    const version = () => run('chroot', [laid.root, '/usr/bin/bootagent', 'version']);
    assert.match(await version(), /^bootagent /);
    // No other copy is loaded: the test can fail.
    rmSync(join(laid.root, 'usr/lib/bootagent/libatomic.so.1'));
    await assert.rejects(version(), /libatomic\.so\.1: cannot open shared object file/);
  });

  test('is no reason for the package to ask for it', async () => {
    assert.doesNotMatch(await run('rpm', ['-qp', '--requires', packageFile()]), /libatomic/);
    assert.doesNotMatch(await run('rpm', ['-qp', '--provides', packageFile()]), /libatomic\.so/);
  });
});
