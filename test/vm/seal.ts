import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Boot, soundBoot } from '../machine/support/boot.ts';
import { unable } from '../machine/support/scratch.ts';
import { ec2Firmware } from './support/expect.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm', 'ssh');

const userData = `#cloud-config
users:
  - default
runcmd:
  - echo ran >>/root/ran
  - echo secret >>/root/.bash_history
`;

const probe = {
  ran: 'cat /root/ran',
  keys: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  id: 'cat /etc/machine-id',
  // Debian's presets enable this unit: systemd's own "first boot" would enable it again.
  off: 'systemctl is-enabled e2scrub_reap.service || true',
  leases: 'ls /var/lib/dhcp /var/lib/NetworkManager 2>/dev/null || true',
};

const printsOf = (boot: Boot): string[] => [...boot.read('keys').matchAll(/SHA256:\S+/g)].map(([print]) => print);

describe('an image made of a machine that was in use', { skip }, () => {
  test('boots as a new machine', { timeout: 2_000_000 }, async (t) => {
    await using vm = await machine({ probe });
    const instance = { id: 'i-1', keys: { visitor: vm.key }, userData };
    await vm.cloud.serve(instance, 'imdsv2');

    let preview = '';
    let sealed = '';
    const first = await vm.boot({
      smbios: ec2Firmware,
      visit: async ({ ssh }) => {
        await ssh('debian', 'sudo systemctl disable e2scrub_reap.service');
        preview = await ssh('debian', 'sudo bootagent seal');
        sealed = await ssh('debian', 'sudo sh -c "bootagent seal --yes && sync"');
      },
    });
    await t.test('the machine was set up, and said what it would forget', () => {
      soundBoot(first);
      assert.match(preview, /- \/etc\/ssh\/ssh_host_ed25519_key\n/);
      assert.match(preview, /Nothing was changed/);
    });
    await t.test('it forgot', () => assert.match(sealed, /^Sealed: Debian/m));

    await vm.cloud.serve({ ...instance, id: 'i-2' }, 'imdsv2');
    const second = await vm.boot({ smbios: ec2Firmware.replace('ec2e1916', 'ec2e1917') });
    await t.test('the instance comes up in order, with an id and host keys of its own', () => {
      soundBoot(second);
      assert.match(second.read('id'), /^[0-9a-f]{32}\n$/);
      assert.notEqual(second.read('id'), first.read('id'));
      const old = printsOf(first);
      const anew = printsOf(second);
      assert.ok(anew.length >= 2, second.read('keys'));
      assert.deepEqual(
        anew.filter((key) => old.includes(key)),
        [],
      );
    });
    await t.test('it is set up by its own user-data, once', () => assert.equal(second.read('ran'), 'ran\nran\n'));
    await t.test('what the image had off stays off', () => assert.equal(second.read('off'), 'disabled\n'));
  });
});
