import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guardedFacts } from '../../agent/boot/stages/guarded-facts.ts';
import { defineModule } from '../../agent/engine/module.ts';
import type { FactName, Facts } from '../../agent/facts/facts.ts';
import { gatherFacts } from '../../agent/facts/gather.ts';
import { fingerprint, isOtherMachine } from '../../agent/identity/fingerprint.ts';
import { facts } from '../support/facts.ts';
import { asking, failing, nameOf, type Question } from '../support/failing-host.ts';
import { memoryHost } from '../support/memory-host.ts';

const host = memoryHost({
  files: {
    '/proc/sys/kernel/hostname': 'vm\n',
    '/proc/sys/kernel/osrelease': '6.1\n',
    '/proc/cmdline': 'ro\n',
    '/proc/swaps': 'Filename\n/swap file 1 0 -2\n',
    '/proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/vda1 rw\n',
    '/proc/meminfo': 'MemTotal: 1024 kB\n',
    '/proc/net/route': 'Iface\neth0\t00000000\t0100000A\t3\t0\t0\t100\t00000000\n',
    '/sys/devices/system/cpu/online': '0-1\n',
    '/sys/class/dmi/id/product_uuid': '6F3A1C9E-0000-4000-8000-000000000001\n',
    '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
    '/sys/class/net/eth0/address': 'fa:16:3e:00:00:05\n',
    '/sys/fs/selinux/enforce': '1',
    '/sys/block/vda/size': '2048\n',
    '/sys/block/vda/vda1/partition': '1\n',
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    '/etc/group': 'root:x:0:\n',
    '/usr/lib/os-release': 'ID=debian\n',
    '/usr/bin/bash': '',
    '/usr/local/sbin/useradd': '',
    '/usr/lib/systemd/libsystemd-shared-252.so': '',
    '/etc/systemd/network/10-a.network': '[Network]\nAddress=10.0.0.1/24\n',
    '/etc/systemd/network/20-b.network': '[Network]\nDHCP=yes\n',
    '/etc/NetworkManager/system-connections/a.nmconnection': '',
    '/etc/selinux/config': '',
  },
  links: { '/usr/bin/sh': 'bash', '/etc/os-release': '../usr/lib/os-release' },
});

/** Returns every read that gathering facts makes. */
async function questions(): Promise<readonly Question[]> {
  const all = new Map<string, Question>();
  const seen = asking(host, (question) => all.set(nameOf(question), question));
  await gatherFacts(seen, seen);
  return [...all.values()];
}

const whole = await gatherFacts(host, host);
const all = await questions();

describe('an error of the disk', () => {
  test('is tried at the places that facts are read from', () => {
    const paths = new Set(all.map(({ path }) => path));
    for (const path of ['/etc/passwd', '/usr/local/sbin', '/sys/block', '/etc/systemd/network', '/proc/cmdline'])
      assert.ok(paths.has(path), path);
  });

  for (const broken of all) {
    test(`in ${nameOf(broken)} costs no fact that is not told as unknown`, async () => {
      const bad = failing(host, (each) => nameOf(each) === nameOf(broken));
      const { unknown = {}, ...read } = await gatherFacts(bad, bad);
      for (const [fact, value] of Object.entries(read)) {
        if (Object.hasOwn(unknown, fact)) continue;
        // Facts that record the reason themselves: a file that may configure an interface, a size, an address.
        if (fact === 'network' && read.network.files?.some(({ unread }) => unread?.includes(broken.path))) continue;
        if (fact === 'mounts' && broken.read === 'space') continue;
        if (broken.path.startsWith('/sys/class/net')) continue;
        if (broken.path.startsWith('/dev/')) continue;
        assert.deepEqual(value, whole[fact as keyof Facts], fact);
      }
    });
  }

  test('everywhere leaves every fact unknown, and throws nothing', async () => {
    const bad = failing(host, () => true);
    const { unknown } = await gatherFacts(bad, bad);
    assert.deepEqual(Object.keys(unknown ?? {}).sort(), Object.keys(facts()).sort());
  });

  test('is read again even if nothing was changed in between', async () => {
    const bad = failing(host, ({ path }) => path.endsWith('os-release'), 2);
    const before = await gatherFacts(bad, bad);
    assert.ok(before.unknown?.os);
    assert.deepEqual(await gatherFacts(bad, bad, before), whole);
  });

  for (const path of ['/sys/class/dmi/id/product_uuid', '/var/lib/cloud/seed/nocloud']) {
    test(`in ${path} makes no other machine of this one`, async () => {
      const bad = failing(host, (each) => each.path === path);
      const [one, other] = [await fingerprint(whole, host), await fingerprint(await gatherFacts(bad, bad), bad)];
      assert.notEqual(one, other);
      assert.equal(isOtherMachine(one, other), false);
      assert.equal(isOtherMachine(other, one), false);
    });
  }
});

describe('a module', () => {
  const assumes: readonly FactName[] = ['os'];
  const module = defineModule({ name: 'x', summary: '', every: 'boot', reads: {}, assumes, plan: () => [] });
  const half = facts({ unknown: { os: 'EIO', disks: 'EIO' } });
  const seen: string[] = [];
  const guarded = guardedFacts(half, module, (at, { message }) => void seen.push(`${at}: ${message}`));

  test('reads what is known as ever, also behind a fact that is made when it is read', () => {
    const lazy = Object.defineProperty({ ...half }, 'network', { get: () => facts().network });
    assert.deepEqual(guardedFacts(lazy, module, () => assert.fail('nothing is unknown')).network, facts().network);
    assert.equal(guarded.cpus, 2);
    assert.deepEqual(seen, []);
  });

  test('that can plan without an unknown fact has its value, and the reason is reported once', () => {
    assert.deepEqual([guarded.os, guarded.os], [half.os, half.os]);
    assert.deepEqual(seen, ['facts.os: "os" of this machine is unknown: EIO']);
  });

  test('that cannot plan without it fails with the reason', () =>
    assert.throws(() => guarded.disks, { message: '"disks" of this machine is unknown: EIO' }));
});
