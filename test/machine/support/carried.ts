import { describe } from '../../support/metadata/description.ts';
import { configDriveFiles, contextFiles, nocloudFiles, type Texts, under } from '../../support/metadata/trees.ts';

/** The addresses of one machine at a site without DHCP: its interface, and another that its administrator has configured. */
export const lan = {
  mac: '02:00:0a:a1:07:19',
  address: '10.161.7.25',
  gateway: '10.161.7.1',
  address6: '2001:db8:7::25',
  gateway6: '2001:db8:7::1',
  dns: '10.161.7.53',
  search: 'site.example',
  mtu: 1400,
  route: { to: '10.99.0.0', mask: '255.255.0.0', prefix: 16, via: '10.161.7.2' },
} as const;

export const taken = { mac: '02:00:0a:a2:00:05', address: '10.162.0.5', own: '10.162.0.9' } as const;

/** Services behind the gateways: reaching them needs an address, a route and the right interface. */
export const beyond = { v4: '198.51.100.7', v6: '2001:db8:beef::7' } as const;

// The agent itself fetches both over the network that it has configured.
const userData = `#cloud-config
preserve_hostname: true
write_files:
  - {path: /root/over-v4, defer: true, source: {uri: 'http://${beyond.v4}/latest/meta-data/ami-id'}}
  - {path: /root/over-v6, defer: true, source: {uri: 'http://[${beyond.v6}]/latest/meta-data/ami-id'}}
`;

const version1 = {
  version: 1,
  config: [
    {
      type: 'physical',
      name: 'host0',
      mac_address: lan.mac,
      mtu: lan.mtu,
      subnets: [
        {
          type: 'static',
          address: lan.address,
          netmask: '255.255.255.0',
          gateway: lan.gateway,
          routes: [{ network: lan.route.to, netmask: lan.route.mask, gateway: lan.route.via }],
        },
        { type: 'static6', address: `${lan.address6}/64`, gateway: lan.gateway6 },
      ],
    },
    { type: 'physical', name: 'host1', subnets: [{ type: 'static', address: `${taken.address}/24` }] },
    { type: 'nameserver', address: [lan.dns], search: [lan.search] },
  ],
};

const version2 = {
  network: {
    version: 2,
    ethernets: {
      lan: {
        match: { macaddress: lan.mac.toUpperCase() },
        addresses: [`${lan.address}/24`, `${lan.address6}/64`],
        routes: [
          { to: 'default', via: lan.gateway },
          { to: '::/0', via: lan.gateway6 },
          { to: `${lan.route.to}/${lan.route.prefix}`, via: lan.route.via },
        ],
        nameservers: { addresses: [lan.dns], search: [lan.search] },
        mtu: lan.mtu,
      },
      host1: { addresses: [`${taken.address}/24`] },
    },
  },
};

const networkData = {
  links: [
    { id: 'tap1', type: 'ovs', ethernet_mac_address: lan.mac, mtu: lan.mtu },
    { id: 'tap2', type: 'phy', ethernet_mac_address: taken.mac },
  ],
  networks: [
    {
      type: 'ipv4',
      link: 'tap1',
      ip_address: lan.address,
      netmask: '255.255.255.0',
      routes: [
        { network: '0.0.0.0', netmask: '0.0.0.0', gateway: lan.gateway },
        { network: lan.route.to, netmask: lan.route.mask, gateway: lan.route.via },
      ],
    },
    {
      type: 'ipv6',
      link: 'tap1',
      ip_address: lan.address6,
      netmask: 'ffff:ffff:ffff:ffff::',
      routes: [{ network: '::', netmask: '::', gateway: lan.gateway6 }],
    },
    { type: 'ipv4', link: 'tap2', ip_address: taken.address, netmask: '255.255.255.0' },
  ],
  services: [{ type: 'dns', address: lan.dns }],
};

const context = {
  ETH0_MAC: lan.mac,
  ETH0_IP: lan.address,
  ETH0_MASK: '255.255.255.0',
  ETH0_GATEWAY: lan.gateway,
  ETH0_ROUTES: `${lan.route.to}/${lan.route.prefix} via ${lan.route.via}`,
  ETH0_IP6: lan.address6,
  ETH0_IP6_PREFIX_LENGTH: '64',
  ETH0_IP6_GATEWAY: lan.gateway6,
  ETH0_DNS: lan.dns,
  ETH0_SEARCH_DOMAIN: lan.search,
  ETH0_MTU: String(lan.mtu),
  ETH1_MAC: taken.mac,
  ETH1_IP: taken.address,
};

const instance = (carried?: unknown) => describe({ userData, networkData: carried });

/** The same machine in the format of each source that can carry addresses, as files in the image. */
export const carriers: Readonly<Record<string, { readonly files: Texts; readonly search: boolean }>> = {
  "OpenNebula's ETHn_*": {
    files: under('/var/lib/cloud/seed/opennebula', contextFiles(instance(), context)),
    search: true,
  },
  // The format has no field for search domains.
  'network_data.json of a config drive': {
    files: under('/config-drive', configDriveFiles(instance(networkData))),
    search: false,
  },
  'network-config, version 1': {
    files: under('/var/lib/cloud/seed/nocloud', nocloudFiles(instance(version1))),
    search: true,
  },
  'network-config, version 2': {
    files: under('/var/lib/cloud/seed/nocloud', nocloudFiles(instance(version2))),
    search: true,
  },
};
