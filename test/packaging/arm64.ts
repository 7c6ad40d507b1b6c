import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { proven } from '../machine/support/proven.ts';
import { run, unable } from '../machine/support/scratch.ts';

const skip = unable('qemu-aarch64-static', 'aarch64-linux-gnu-strip', 'rpmbuild');

describe('for arm64', { skip }, () => {
  test('it is built here, runs under emulation, and is packed; nobody has booted it', async () => {
    // The build itself runs the executable and builds it twice.
    await run(process.execPath, ['packaging/build.ts', '--arch', 'arm64']);
    const told = await run(process.execPath, ['packaging/rpm.ts', '--arch', 'arm64', '--payload', 'w1.zstdio']);
    assert.match(told, /bootagent-\S+\.aarch64\.rpm/);
    const requires = await run('rpm', ['-qp', '--requires', told.split(' ')[0] ?? '']);
    assert.match(requires, /^ld-linux-aarch64\.so\.1\(\)\(64bit\)$/m);
    assert.doesNotMatch(requires, /libatomic/);
    proven({
      system: 'Linux, arm64',
      level: 'built only',
      told: 'the executable answers under emulation; pages of 4 kB',
    });
  });
});
