import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkOf, prefixOf, withPrefix } from '../../agent/datasources/addresses.ts';
import { yamlAt } from '../../agent/datasources/metadata-yaml.ts';
import { readNetworkConfig } from '../../agent/datasources/network-config.ts';
import { readNetworkData } from '../../agent/datasources/network-data.ts';
import { readContextNetwork } from '../../agent/datasources/opennebula-network.ts';
import { facts } from '../support/facts.ts';

const mac = 'fa:16:3e:00:00:05';
const plain = { mac, dhcp4: false, dhcp6: false, addresses: [], gateways: [], routes: [], dns: [], search: [] };
const read = (yaml: string) => readNetworkConfig(yamlAt(yaml, 'network-config'), facts());

describe('network-config', () => {
  for (const [name, yaml, interfaces, leftOut] of [
    [
      'version 2 by MAC, with the word "network" around it',
      `network:
  version: 2
  ethernets:
    lan:
      match: {macaddress: "FA:16:3E:00:00:05"}
      set-name: lan0
      addresses: [10.0.0.5/24, "2001:db8::5/64": {label: x}]
      gateway4: 10.0.0.1
      routes: [{to: 0.0.0.0/0, via: 10.0.0.2}, {to: 10.1.0.0/16, via: 10.0.0.3}, {to: nonsense, via: 10.0.0.4}]
      nameservers: {addresses: [10.0.0.53, bad], search: [a.example]}
      mtu: 1400
`,
      [
        {
          ...plain,
          name: 'lan0',
          addresses: ['10.0.0.5/24', '2001:db8::5/64'],
          gateways: ['10.0.0.1', '10.0.0.2'],
          routes: [{ to: '10.1.0.0/16', via: '10.0.0.3' }],
          dns: ['10.0.0.53'],
          search: ['a.example'],
          mtu: 1400,
        },
      ],
      [
        'ethernets.lan.routes.to: "nonsense" is not valid, and is left out',
        'ethernets.lan.nameservers.addresses: "bad" is not valid, and is left out',
      ],
    ],
    [
      'version 2 by name and by pattern',
      'version: 2\nethernets:\n  eth0: {dhcp4: true}\n  other: {match: {name: "eth*"}, dhcp6: true}\n  eth9: {dhcp4: true}\n',
      [
        { ...plain, dhcp4: true },
        { ...plain, dhcp6: true },
      ],
      ['there is no interface that ethernets.eth9 matches'],
    ],
    [
      'version 2 by patterns that are odd or match nothing',
      'version: 2\nethernets:\n  a: {match: {name: "en["}, dhcp4: true}\n  b: {match: {name: "eth[!1-9]"}, dhcp6: true}\n  c: {match: {name: "eth0\\\\"}}\n',
      [{ ...plain, dhcp6: true }],
      ['there is no interface that ethernets.a matches', 'there is no interface that ethernets.c matches'],
    ],
    [
      'version 2 with values that are not valid',
      'version: 2\nethernets:\n  eth0: {addresses: [10.0.0.999/24, 10.0.0.5/24], gateway4: 10.0.0, mtu: 7, routes: [{to: default, via: x}]}\n',
      [{ ...plain, addresses: ['10.0.0.5/24'] }],
      [
        'ethernets.eth0.mtu: 7 is not valid, and is left out',
        'ethernets.eth0.routes.via: "x" is not valid, and is left out',
        'ethernets.eth0.addresses: "10.0.0.999/24" is not valid, and is left out',
        'ethernets.eth0.gateway4: "10.0.0" is not valid, and is left out',
      ],
    ],
    [
      'version 1 with values that are not valid',
      'version: 1\nconfig:\n  - {type: physical, name: eth0, mtu: x, subnets: [{address: 10.0.0.5/240, gateway: none}]}\n',
      [{ ...plain, name: 'eth0' }],
      [
        'eth0.mtu: "x" is not valid, and is left out',
        'eth0.subnets.address: "10.0.0.5/240" is not valid, and is left out',
        'eth0.subnets.gateway: "none" is not valid, and is left out',
      ],
    ],
    [
      'version 2 with what is not supported',
      'version: 2\nbonds: {bond0: {}}\nvlans: {v1: {}}\nbridges: {br0: {}}\n',
      [],
      [
        'bonds are not supported: bond0 is left as it is',
        'bridges are not supported: br0 is left as it is',
        'vlans are not supported: v1 is left as it is',
      ],
    ],
    [
      'version 1',
      `version: 1
config:
  - type: physical
    name: eth0
    subnets:
      - {type: static, address: 10.0.0.5, netmask: 255.255.255.0, gateway: 10.0.0.1, dns_nameservers: [10.0.0.53],
         routes: [{network: 10.1.0.0, netmask: 255.255.0.0, gateway: 10.0.0.3}]}
      - {type: dhcp6}
  - {type: nameserver, address: 10.0.0.54, search: [a.example]}
  - {type: vlan, name: eth0.7}
  - {type: physical, name: eth9}
`,
      [
        {
          ...plain,
          name: 'eth0',
          dhcp6: true,
          addresses: ['10.0.0.5/24'],
          gateways: ['10.0.0.1'],
          routes: [{ to: '10.1.0.0/16', via: '10.0.0.3' }],
          dns: ['10.0.0.53', '10.0.0.54'],
          search: ['a.example'],
        },
      ],
      ['vlan is not supported: eth0.7 is left as it is', 'there is no interface eth9'],
    ],
    ['config: disabled', 'network: {config: disabled}', [], []],
    ['neither version', 'version: 3', [], ['network-config has neither version 1 nor version 2']],
    ['nothing of use', '[]', [], ['network-config has neither version 1 nor version 2']],
  ] as const) {
    test(name, () => assert.deepEqual(read(yaml), { interfaces, leftOut }));
  }

  test("OpenStack's network_data.json", () => {
    const data = {
      links: [
        { id: 'tap1', type: 'ovs', mtu: 1442, ethernet_mac_address: 'FA:16:3E:00:00:05' },
        { id: 'bond0', type: 'bond' },
        { id: 'v7', type: 'vlan', vlan_id: 7 },
        { id: 'odd', type: 'phy' },
      ],
      networks: [
        {
          type: 'ipv4',
          link: 'tap1',
          ip_address: '10.0.1.5',
          netmask: '255.255.255.0',
          routes: [
            { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.1.1' },
            { network: '10.9.0.0', netmask: '255.255.0.0', gateway: '10.0.1.9' },
          ],
          services: [{ type: 'dns', address: '8.8.8.8' }],
        },
        {
          type: 'ipv6',
          link: 'tap1',
          ip_address: '2001:db8::5',
          netmask: 'ffff:ffff:ffff:ffff::',
          gateway: '2001:db8::1',
        },
        { type: 'ipv4_dhcp', link: 'other' },
      ],
      services: [{ type: 'dns', address: '9.9.9.9' }],
    };
    assert.deepEqual(readNetworkData(data), {
      interfaces: [
        {
          ...plain,
          addresses: ['10.0.1.5/24', '2001:db8::5/64'],
          gateways: ['2001:db8::1', '10.0.1.1'],
          routes: [{ to: '10.9.0.0/16', via: '10.0.1.9' }],
          dns: ['8.8.8.8', '9.9.9.9'],
          mtu: 1442,
        },
      ],
      leftOut: [
        'bond is not supported: bond0 is left as it is',
        'vlan is not supported: v7 is left as it is',
        'link odd has no MAC',
      ],
    });
  });

  for (const [name, values, expected] of [
    [
      'an address with all that goes with it',
      {
        ETH0_MAC: '02:00:0a:00:00:11',
        ETH0_IP: '10.0.0.17',
        ETH0_MASK: '255.255.0.0',
        ETH0_GATEWAY: '10.0.0.1',
        ETH0_DNS: '10.0.0.2 10.0.0.3',
        DNS: '9.9.9.9',
        ETH0_SEARCH_DOMAIN: 'a.example',
        ETH0_MTU: '1450',
        ETH0_ROUTES: '10.0.0.0/8 via 192.168.1.1, nonsense, 172.16.0.0/12 via 192.168.1.2',
        ETH0_ALIAS0_IP: '10.0.0.18',
        ETH0_IP6: '2001:db8::17',
        ETH0_IP6_GATEWAY: '2001:db8::1',
      },
      {
        addresses: ['10.0.0.17/16', '2001:db8::17/64', '10.0.0.18/24'],
        gateways: ['10.0.0.1', '2001:db8::1'],
        routes: [
          { to: '10.0.0.0/8', via: '192.168.1.1' },
          { to: '172.16.0.0/12', via: '192.168.1.2' },
        ],
        dns: ['10.0.0.2', '10.0.0.3', '9.9.9.9'],
        search: ['a.example'],
        mtu: 1450,
      },
    ],
    ['an address made of the MAC', { ETH0_MAC: '02:00:ac:14:00:13' }, { addresses: ['172.20.0.19/24'] }],
    ['DHCP', { ETH0_MAC: '02:00:0a:00:00:11', ETH0_METHOD: 'dhcp', ETH0_IP: '10.0.0.17' }, { dhcp4: true }],
    ['only IPv6', { ETH0_MAC: '02:00:0a:00:00:11', ETH0_IP6: '2001:db8::1' }, { addresses: ['2001:db8::1/64'] }],
  ] as const) {
    test(`OpenNebula: ${name}`, () => {
      const { interfaces, leftOut } = readContextNetwork(new Map(Object.entries(values)));
      assert.deepEqual([interfaces, leftOut], [[{ ...plain, mac: values.ETH0_MAC, ...expected }], []]);
    });
  }

  for (const values of [
    { ETH0_MAC: '02:00:0a:00:00:11', ETH0_METHOD: 'skip' },
    { ETH0_MAC: '02:00:0a:00:00:11', ETH0_EXTERNAL: 'YES' },
    { ETH0_IP: '10.0.0.1' },
  ]) {
    test(`OpenNebula: nothing of ${JSON.stringify(values)}`, () => {
      assert.deepEqual(readContextNetwork(new Map(Object.entries(values))), { interfaces: [], leftOut: [] });
    });
  }

  for (const [address, netmask, expected] of [
    ['10.0.0.5', '255.255.255.0', '10.0.0.5/24'],
    ['10.0.0.5/16', undefined, '10.0.0.5/16'],
    ['10.0.0.5', 25, '10.0.0.5/25'],
    ['10.0.0.5', '255.0.255.0', undefined],
    ['10.0.0.5', '33', undefined],
    ['10.0.0.5/0', undefined, '10.0.0.5/0'],
    ['2001:db8::5', 'ffff:ffff::', '2001:db8::5/32'],
    ['2001:db8::5', undefined, '2001:db8::5/64'],
    ['$(reboot)', '24', undefined],
    ['10.0.0.5\nDNS=1.1.1.1', '24', undefined],
    [undefined, undefined, undefined],
  ] as const) {
    test(`${address} with ${netmask} is ${expected}`, () => assert.equal(withPrefix(address, netmask), expected));
  }

  test('masks and networks in every spelling', () => {
    assert.deepEqual(['255.255.255.255', '0.0.0.0', '/24', '::', '300'].map(prefixOf), [32, 0, 24, 0, undefined]);
    assert.deepEqual(
      [
        networkOf('default', undefined),
        networkOf('0.0.0.0', '0.0.0.0'),
        networkOf('::/0', undefined),
        networkOf('10.0.0.1', undefined),
      ],
      ['default', 'default', 'default', '10.0.0.1/32'],
    );
  });
});
