import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dhcpServers } from '../../agent/datasources/dhcp-servers.ts';
import { memoryHost } from '../support/memory-host.ts';

const route =
  'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n' +
  'eth0\t0000010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\neth0\t00000000\t0101010A\t0003\t0\t0\t0\t00000000\n';
const dhclient =
  'lease {\n  option dhcp-server-identifier 10.1.1.7;\n}\nlease {\n  option dhcp-server-identifier 10.1.1.8;\n}\n';

for (const [claim, files, expected] of [
  ['systemd-networkd', { '/run/systemd/netif/leases/2': 'ADDRESS=10.1.1.5\nSERVER_ADDRESS=10.1.1.1\n' }, ['10.1.1.1']],
  ['NetworkManager', { '/var/lib/NetworkManager/internal-x-eth0.lease': 'SERVER_ADDRESS=10.1.1.2\n' }, ['10.1.1.2']],
  ['dhclient: the newest lease', { '/var/lib/dhcp/dhclient.eth0.leases': dhclient }, ['10.1.1.8']],
  [
    'two interfaces',
    {
      '/run/systemd/netif/leases/2': 'SERVER_ADDRESS=10.1.1.1\n',
      '/run/systemd/netif/leases/3': 'SERVER_ADDRESS=10.2.1.1\n',
    },
    ['10.1.1.1', '10.2.1.1'],
  ],
  [
    'a lease without a server',
    { '/run/systemd/netif/leases/2': 'ADDRESS=x\n', '/proc/net/route': route },
    ['10.1.1.1'],
  ],
  ['a server that is no address', { '/run/systemd/netif/leases/2': 'SERVER_ADDRESS=a/b\n' }, []],
  ['no lease: the default gateway', { '/proc/net/route': route }, ['10.1.1.1']],
  ['no network yet', {}, []],
] as const) {
  test(`the DHCP servers by ${claim}`, async () => {
    assert.deepEqual(await dhcpServers(memoryHost({ files })), expected);
  });
}
