import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Facts } from '../../agent/facts/facts.ts';
import { networkFiles } from '../../agent/facts/network-files.ts';
import type { NetworkInterface } from '../../agent/metadata/datasource.ts';
import { lateNetwork, network } from '../../modules/network/module.ts';
import { context, facts } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { plan } from '../support/settings.ts';

const mac = 'fa:16:3e:00:00:05';
const one: NetworkInterface = {
  mac,
  dhcp4: false,
  dhcp6: false,
  addresses: ['10.0.0.5/24', '2001:db8::5/64'],
  gateways: ['10.0.0.1', '2001:db8::1'],
  routes: [{ to: '192.168.0.0/16', via: '10.0.0.254' }],
  dns: ['10.0.0.2', '2001:db8::2'],
  search: ['site.example', 'evil\n[x]'],
  mtu: 1450,
};
const wants = '/etc/systemd/system/multi-user.target.wants';
const runsNetworkManager = { paths: [`${wants}/NetworkManager.service`] };
const runsNetworkd = { paths: [`${wants}/systemd-networkd.service`] };
const planned = (interfaces: readonly NetworkInterface[], machine: Partial<Facts> = runsNetworkManager, yaml = '{}') =>
  plan(network, yaml, context(machine, { network: interfaces }));

describe('network', () => {
  test('plans nothing where the metadata carries no addresses, or only DHCP', () => {
    assert.deepEqual(plan(network, '{}'), []);
    const { mtu: _, ...rest } = one;
    assert.deepEqual(planned([{ ...rest, addresses: [], dhcp4: true }]), []);
  });

  test('writes a profile where NetworkManager runs', () => {
    assert.deepEqual(planned([one]), [
      {
        at: `network[${mac}]`,
        changes: [
          {
            kind: 'file',
            path: '/etc/NetworkManager/system-connections/bootagent-fa-16-3e-00-00-05.nmconnection',
            content: `# Made by bootagent from the metadata of this instance. A file of your own for this interface is left alone.

[connection]
id=bootagent fa:16:3e:00:00:05
type=ethernet
autoconnect-priority=100

[ethernet]
mac-address=FA:16:3E:00:00:05
mtu=1450

[ipv4]
method=manual
address1=10.0.0.5/24
gateway=10.0.0.1
dns=10.0.0.2;
dns-search=site.example;
route1=192.168.0.0/16,10.0.0.254

[ipv6]
method=manual
address1=2001:db8::5/64
gateway=2001:db8::1
dns=2001:db8::2;
dns-search=site.example;
`,
            mode: 0o600,
            owner: 'root',
            group: 'root',
          },
        ],
      },
    ]);
  });

  test('writes a unit where systemd-networkd runs', () => {
    assert.deepEqual(planned([one], runsNetworkd), [
      {
        at: `network[${mac}]`,
        changes: [
          {
            kind: 'file',
            path: '/etc/systemd/network/05-bootagent-fa-16-3e-00-00-05.network',
            content: `# Made by bootagent from the metadata of this instance. A file of your own for this interface is left alone.
[Match]
MACAddress=fa:16:3e:00:00:05
Type=ether

[Link]
MTUBytes=1450

[Network]
DHCP=no
Address=10.0.0.5/24
Address=2001:db8::5/64
Gateway=10.0.0.1
Gateway=2001:db8::1
DNS=10.0.0.2
DNS=2001:db8::2
Domains=site.example

[Route]
Destination=192.168.0.0/16
Gateway=10.0.0.254
`,
            mode: 0o644,
            owner: 'root',
            group: 'root',
          },
        ],
      },
    ]);
  });

  for (const [change, line] of [
    [{ addresses: ['10.0.0.5/24'] }, '[ipv6]\nmethod=auto\n'],
    [{ addresses: ['2001:db8::5/64'] }, '[ipv4]\nmethod=disabled\n'],
    [{ addresses: ['2001:db8::5/64'], dhcp4: true }, '[ipv4]\nmethod=auto\n'],
  ] as const) {
    test(`a family without addresses says ${JSON.stringify(line)} beside ${JSON.stringify(change)}`, () => {
      const [item] = planned([{ ...one, gateways: [], dns: [], routes: [], ...change }]);
      const [file] = item?.changes ?? [];
      assert.ok(
        file?.kind === 'file' && String(file.content).includes(line),
        String(file?.kind === 'file' && file.content),
      );
    });
  }

  for (const [file, left] of [
    [{ path: '/a', mac, static: false }, true],
    [{ path: '/a', name: 'eth0', static: true }, true],
    [{ path: '/a', name: 'eth0', static: false }, false],
    [{ path: '/a', mac: '02:00:00:00:00:01', static: true }, false],
  ] as const) {
    test(`${left ? 'leaves the interface to' : 'goes above'} ${JSON.stringify(file)}`, () => {
      const machine = { ...runsNetworkManager, network: { ...facts().network, files: [file] } };
      const [item] = planned([one], machine);
      assert.equal(item?.changes.length, left ? 0 : 1);
      if (left) assert.equal(item?.notes?.[0]?.text, '/a sets up this interface already, and is left as it is');
    });
  }

  test('warns at each boot of the parts of the configuration that are left out, once', () => {
    const given = context({}, { networkLeftOut: ['eth0.addresses: "10.0.0.999/24" is not valid'] });
    const warned = plan(lateNetwork, '{}', given).map(({ at, notes }) => [at, notes]);
    const note = { level: 'warning', text: 'network configuration: eth0.addresses: "10.0.0.999/24" is not valid' };
    assert.deepEqual(warned, [['network-config', [note]]]);
    assert.deepEqual(plan(network, '{}', given), []);
    assert.deepEqual(plan(lateNetwork, 'network: {config: disabled}', given), []);
  });

  test('tells what it cannot do', () => {
    const [nowhere] = planned([one], {});
    assert.deepEqual(nowhere?.changes, []);
    assert.equal(
      nowhere?.notes?.[0]?.text,
      'neither NetworkManager nor systemd-networkd runs here: 10.0.0.5/24, 2001:db8::5/64 is not set',
    );
    const [renamed] = planned([{ ...one, name: 'lan' }]);
    assert.equal(renamed?.notes?.[0]?.text, 'renaming interfaces is not supported: eth0 is not called lan');
  });

  test('keeps out where the image says that its network is its own', () => {
    assert.deepEqual(planned([one], runsNetworkManager, 'network: {config: disabled}'), []);
    assert.equal(planned([one], runsNetworkManager, 'network: {version: 2}').length, 1);
  });
});

test('the files that set up interfaces are told by interface, but for our own', async () => {
  const host = memoryHost({
    files: {
      '/etc/NetworkManager/system-connections/bootagent-x.nmconnection': '[ethernet]\nmac-address=1\n',
      '/etc/NetworkManager/system-connections/lan.nmconnection':
        '[connection]\ninterface-name=eth0\n[ethernet]\nmac-address=FA:16:3E:00:00:05\n[ipv4]\naddress1=10.0.0.9/24\n',
      '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE="eth0"\nBOOTPROTO=dhcp\n',
      '/etc/sysconfig/network-scripts/ifcfg-lo': 'DEVICE=lo\nIPADDR=127.0.0.1\n',
      '/etc/systemd/network/10-x.network': '[Match]\nName=en*\n[Network]\nAddress=10.0.0.1/24\n',
      '/etc/systemd/network/10-x.link': '[Match]\nMACAddress=fa:16:3e:00:00:05\n',
    },
  });
  assert.deepEqual(await networkFiles(host), [
    { path: '/etc/NetworkManager/system-connections/lan.nmconnection', mac, name: 'eth0', static: true },
    { path: '/etc/sysconfig/network-scripts/ifcfg-eth0', name: 'eth0', static: false },
    { path: '/etc/systemd/network/10-x.network', name: 'en*', static: true },
  ]);
});
