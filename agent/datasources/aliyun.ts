// Service: Alibaba Cloud ECS metadata, https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
import { below } from '../metadata/folder-tree.ts';
import type { Declaration } from './declaration.ts';
import { publicKeys } from './ec2-tree.ts';

export const aliyun: Declaration = {
  endpoints: ['http://100.100.100.200'],
  folder: '/latest/meta-data/',
  id: '/latest/meta-data/instance-id',
  hostname: '/latest/meta-data/hostname',
  zone: '/latest/meta-data/zone-id',
  region: '/latest/meta-data/region-id',
  keys: async ({ tree }) => ({ lines: await publicKeys(below(tree, '/latest')) }),
  userData: '/latest/user-data',
};
