import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { unable } from '../machine/support/scratch.ts';
import { novaFirmware } from './support/expect.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm', 'ssh');

const userData = `#cloud-config
runcmd:
  - echo ran >>/root/ran
`;

describe('a machine in OpenStack, with no drive', { skip }, () => {
  test('reads its identity from the service by HTTP, and its owner can log in', { timeout: 1_200_000 }, async () => {
    await using vm = await machine({ probe: { ran: 'cat /root/ran', id: 'bootagent query v1.instance_id' } });
    const id = '8a3f1c1e-4a07-4d5c-9c4e-0a1b2c3d4e5f';
    const networkData = {
      links: [{ id: 'tap0', type: 'ovs', ethernet_mac_address: '02:00:0a:00:02:0f' }],
      networks: [{ id: 'network0', type: 'ipv4_dhcp', link: 'tap0' }],
      services: [],
    };
    await vm.cloud.serve(
      { id, hostname: 'nova-7.site.example', keys: { visitor: vm.key }, userData, networkData },
      'openstack',
    );
    let whoami = '';
    const boot = await vm.boot({
      smbios: novaFirmware,
      visit: async ({ ssh }) => {
        whoami = await ssh('debian', 'sudo -n id -un');
      },
    });
    const asked = await vm.cloud.silence();
    soundBoot(boot);
    assert.equal(whoami, 'root\n');
    assert.equal(boot.read('ran'), 'ran\n');
    assert.equal(boot.read('id').trim(), id);
    assert.match(boot.read('hostname'), /^nova-7(\.site\.example)?\n$/);
    assert.ok(asked.length <= 6, asked.join('\n'));
    assert.ok(
      asked.every((each) => each.startsWith('GET /openstack')),
      asked.join('\n'),
    );
  });
});
