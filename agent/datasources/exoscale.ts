// Service: Exoscale instance metadata, https://community.exoscale.com/product/compute/instances/how-to/metadata/
import { below } from '../metadata/folder-tree.ts';
import type { Declaration } from './declaration.ts';
import { publicKeys } from './ec2-tree.ts';
import { withPassword } from './password-server.ts';

export const exoscale: Declaration = {
  endpoints: ['http://169.254.169.254'],
  folder: '/1.0/meta-data/',
  id: '/1.0/meta-data/instance-id',
  hostname: '/1.0/meta-data/local-hostname',
  zone: '/1.0/meta-data/availability-zone',
  keys: async ({ tree }) => ({ lines: await publicKeys(below(tree, '/1.0')) }),
  userData: '/1.0/user-data',
  complete: withPassword('/1.0/'),
};
