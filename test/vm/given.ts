import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { installProbe } from '../machine/support/probe.ts';
import { proven } from '../machine/support/proven.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { packageFile } from '../machine/support/trees.ts';
import { describe as instance } from '../support/metadata/description.ts';
import { isoImage } from '../support/metadata/images.ts';
import { nocloudFiles } from '../support/metadata/trees.ts';
import { nothingChanged, rootBytes, swapBytes } from './support/expect.ts';
import { type Machine, machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'qemu-img', 'mmdebstrap', 'rpm', 'genisoimage', 'grub-mkimage', 'ssh');

const probe = {
  ran: 'cat /root/ran',
  keys: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  shadow: 'cat /etc/shadow',
  passwd: 'getent passwd',
  hosts: 'cat /etc/hosts',
  system: '. /etc/os-release; echo "$PRETTY_NAME"',
};

interface Partition {
  readonly start: number;
}

/** The agent of the image runs this as root at the end of its first boot. */
const begin = `#!/bin/sh
set -e
here=$(dirname "$0")
if command -v bootagent >/dev/null; then
  mkdir -p /usr/local/sbin
  cp "$here/probe" /usr/local/sbin/probe
  cp "$here/probe.service" /etc/systemd/system/probe.service
  touch /etc/probe.hold
  systemctl daemon-reload
  systemctl enable probe.service
  systemctl start --no-block probe.service
else
  rpm --install --nodeps "$here/bootagent.rpm"
  bootagent version
  touch /etc/cloud/cloud-init.disabled
  mkdir -p /run/baked
  bootagent seal --yes >/run/baked/baked
  tar -C /run/baked -cf /dev/disk/by-id/virtio-probe .
  systemctl --no-block poweroff
fi
`;

const userData = (key: string): string => `#cloud-config
disable_root: true
ssh_pwauth: false
users:
  - default
  - {name: visitor, sudo: 'ALL=(ALL) NOPASSWD:ALL', lock_passwd: true, ssh_authorized_keys: ['${key}']}
manage_etc_hosts: true
swap: {filename: /swap, size: 67108864}
runcmd:
  - echo ran >>/root/ran
  - mkdir -p /run/given && tar -C /run/given -xf /dev/disk/by-id/virtio-drive1 && sh /run/given/begin >/root/begun 2>&1
`;

/** Returns the named image, or a bootable Debian disk with the package installed. */
const given = (): Promise<Machine> =>
  process.env.BOOTAGENT_IMAGE === undefined
    ? machine({ layout: 'bootable', probe: 'none' })
    : machine({
        image: process.env.BOOTAGENT_IMAGE,
        firmware: process.env.BOOTAGENT_IMAGE_UEFI ? 'uefi' : 'bios',
      });

/** Makes a disk with what the guest needs besides its seed, as a tar file, which needs no file system driver. */
async function luggage(to: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'bootagent-luggage-'));
  const tree = join(scratch, 'tree');
  await run('mkdir', ['-p', join(tree, 'usr/local/sbin'), join(tree, 'etc/systemd/system')]);
  await installProbe(tree, probe);
  await copyFile(join(tree, 'usr/local/sbin/probe'), join(scratch, 'probe'));
  await copyFile(join(tree, 'etc/systemd/system/probe.service'), join(scratch, 'probe.service'));
  // Enabled explicitly in the guest, which requires an [Install] section.
  writeFileSync(join(scratch, 'probe.service'), '\n[Install]\nWantedBy=multi-user.target\n', { flag: 'a' });
  await copyFile(packageFile(), join(scratch, 'bootagent.rpm'));
  writeFileSync(join(scratch, 'begin'), begin);
  await run('tar', ['-C', scratch, '-cf', to, 'begin', 'probe', 'probe.service', 'bootagent.rpm']);
  await rm(scratch, { recursive: true });
}

describe('any image', { skip }, () => {
  test('that starts by itself comes up as its seed says, and stays so', { timeout: 2_700_000 }, async (t) => {
    await using vm = await given();
    const [seed, bag] = [join(vm.folder, 'seed.iso'), join(vm.folder, 'bag.tar')];
    const description = instance({
      id: 'i-given',
      hostname: 'given-1',
      keys: { visitor: vm.key },
      userData: userData(vm.key),
    });
    writeFileSync(seed, isoImage(nocloudFiles(description), 'cidata', '-R', '-J'));
    await luggage(bag);
    let [whoami, rootRefused] = ['', false];
    const start = () =>
      vm.boot({
        drives: [seed, bag],
        visit: async ({ ssh }) => {
          whoami = await ssh('visitor', 'sudo -n id -un').catch(String);
          rootRefused = await ssh('root', 'true').then(
            () => false,
            () => true,
          );
        },
      });

    let first = await start();
    // The image had another agent, which has installed bootagent, sealed the machine and powered it off.
    if (!first.reached) {
      assert.match(first.read('baked'), /^Sealed: /m);
      first = await start();
    }
    const system = first.read('system').trim();
    await t.test('in order', () => soundBoot(first));
    await t.test('its root, the last of its partitions, fills the disk', async () => {
      const { partitions, sectorsize } = JSON.parse(await run('sfdisk', ['--json', vm.disk.file])).partitiontable;
      const last = partitions.toSorted((a: Partition, b: Partition) => a.start - b.start).at(-1);
      const left = statSync(vm.disk.file).size - (last.start + last.size) * sectorsize;
      assert.ok(left <= 2 * 2 ** 20, `${left} bytes are left`);
      assert.ok(rootBytes(first) > 0.9 * last.size * sectorsize, `${rootBytes(first)} of ${last.size * sectorsize}`);
    });
    await t.test('it swaps', () => assert.equal(Math.round(swapBytes(first, '/swap') / 2 ** 20), 64));
    await t.test('its key opens, and its owner may become root', () => assert.equal(whoami, 'root\n'));
    await t.test('root is locked, and refused', () => {
      assert.match(first.read('shadow'), /^root:[!*]/m);
      assert.ok(rootRefused);
    });
    await t.test('it has its name, in its hosts file too', () => {
      assert.equal(first.read('hostname').trim(), 'given-1');
      assert.match(first.read('hosts'), /^\S+\s.*\bgiven-1\b/m);
    });

    const second = await vm.boot({ drives: [seed, bag] });
    await t.test('the second boot changes nothing', () => {
      soundBoot(second);
      nothingChanged(first, second, ['ran', 'keys', 'shadow', 'passwd', 'hosts', 'hostname', 'root']);
      assert.doesNotMatch(second.read('journal'), /bootagent\[\d+\]: (\d+ changes? made|x )/);
      // For the suite's own Debian, other tests prove more.
      if (process.env.BOOTAGENT_IMAGE !== undefined)
        proven({
          system,
          level: 'booted in a virtual machine',
          told: 'by its own bootloader, NoCloud drive; first boot, reboot',
        });
    });
  });
});
