// Service: CloudStack user-data and metadata, https://docs.cloudstack.apache.org/en/latest/adminguide/virtual_machines/user-data.html
import { below } from '../metadata/folder-tree.ts';
import type { Declaration } from './declaration.ts';
import { dhcpServers } from './dhcp-servers.ts';
import { publicKeys } from './ec2-tree.ts';
import { withPassword } from './password-server.ts';

export const cloudstack: Declaration = {
  // The virtual router is the DHCP server.
  endpoints: async (host) => (await dhcpServers(host)).map((address) => `http://${address}`),
  folder: '/latest/meta-data/',
  id: '/latest/meta-data/instance-id',
  hostname: { at: '/latest/meta-data/local-hostname', pick: /^\S+/ },
  zone: '/latest/meta-data/availability-zone',
  keys: async ({ tree }) => ({ lines: await publicKeys(below(tree, '/latest')) }),
  userData: '/latest/user-data',
  complete: withPassword('/'),
};
