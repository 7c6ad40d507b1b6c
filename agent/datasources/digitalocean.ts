// Service: DigitalOcean droplet metadata, https://docs.digitalocean.com/reference/api/metadata/
import { asObject } from '../metadata/tree.ts';
import type { Declaration } from './declaration.ts';
import { fieldOf } from './declared-values.ts';
import { asList } from './network-fields.ts';
import { networkV1 } from './network-v1.ts';

export const digitalocean: Declaration = {
  endpoints: ['http://169.254.169.254'],
  document: { path: '/metadata/v1.json', format: 'json' },
  id: 'droplet_id',
  hostname: 'hostname',
  region: 'region',
  keys: 'public_keys',
  userData: 'user_data',
  vendorData: 'vendor_data',
  secrets: ['auth_key'],
  network(document, facts) {
    const cards = ['public', 'private'].flatMap((kind) => asList(fieldOf(document, `interfaces.${kind}`)));
    const physical = cards.map((value) => {
      const card = asObject(value) ?? {};
      const subnets = ['ipv4', 'ipv6', 'anchor_ipv4', 'anchor_ipv6'].flatMap((family) => {
        const { ip_address: address, netmask, cidr, gateway } = asObject(card[family]) ?? {};
        // Only the public address leads to the Internet.
        const isDefault = card.type === 'public' && !family.startsWith('anchor');
        return address === undefined ? [] : [{ address, netmask: netmask ?? cidr, ...(isDefault && { gateway }) }];
      });
      return { type: 'physical', mac_address: card.mac, subnets };
    });
    return networkV1(
      { config: [...physical, { type: 'nameserver', address: fieldOf(document, 'dns.nameservers') }] },
      facts,
    );
  },
};
