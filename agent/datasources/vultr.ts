// Service: Vultr instance metadata, https://www.vultr.com/metadata/
import { asObject } from '../metadata/tree.ts';
import type { Declaration } from './declaration.ts';
import { fieldOf } from './declared-values.ts';
import { asList } from './network-fields.ts';
import { networkV1 } from './network-v1.ts';

export const vultr: Declaration = {
  endpoints: ['http://169.254.169.254'],
  // Without this header the service leaves out the vendor-data.
  headers: { 'Metadata-Token': 'cloudinit' },
  document: { path: '/v1.json', format: 'json' },
  id: 'instance-v2-id',
  hostname: 'hostname',
  region: 'region.regioncode',
  keys: 'public-keys',
  userData: 'user-data',
  vendorData: 'vendor-data',
  secrets: ['startup-script'],
  network(document, facts) {
    // The first interface uses DHCP; the image configures it.
    const others = asList(document.interfaces)
      .slice(1)
      .filter((card) => asObject(card)?.unconfigured !== true);
    const physical = others.map((card) => ({
      type: 'physical',
      mac_address: asObject(card)?.mac,
      mtu: asObject(card)?.mtu,
      subnets: ['address', 'netmask'].every((key) => fieldOf({ card }, `card.ipv4.${key}`))
        ? [{ address: fieldOf({ card }, 'card.ipv4.address'), netmask: fieldOf({ card }, 'card.ipv4.netmask') }]
        : [],
    }));
    return networkV1({ config: physical }, facts);
  },
};
