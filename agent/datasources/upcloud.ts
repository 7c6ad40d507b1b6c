// Service: UpCloud server metadata, https://upcloud.com/docs/products/cloud-servers/features/metadata-service/
import { asObject } from '../metadata/tree.ts';
import type { Declaration } from './declaration.ts';
import { fieldOf } from './declared-values.ts';
import { asList } from './network-fields.ts';
import { networkV1 } from './network-v1.ts';

export const upcloud: Declaration = {
  endpoints: ['http://169.254.169.254'],
  document: { path: '/metadata/v1.json', format: 'json' },
  id: 'instance_id',
  hostname: 'hostname',
  zone: 'region',
  keys: 'public_keys',
  userData: 'user_data',
  vendorData: 'vendor_data',
  network(document, facts) {
    const cards = asList(fieldOf(document, 'network.interfaces')).map((value) => asObject(value) ?? {});
    const physical = cards.map(({ mac, ip_addresses: addresses }) => {
      const subnets = asList(addresses).map((value) => {
        const { dhcp, family, address, network, gateway, dns } = asObject(value) ?? {};
        if (dhcp === true) return { type: family === 'IPv6' ? 'ipv6_slaac' : 'dhcp' };
        return { address, netmask: String(network ?? '').split('/')[1], gateway, dns_nameservers: dns };
      });
      return { type: 'physical', mac_address: mac, subnets };
    });
    return networkV1(
      { config: [...physical, { type: 'nameserver', address: fieldOf(document, 'network.dns') }] },
      facts,
    );
  },
};
