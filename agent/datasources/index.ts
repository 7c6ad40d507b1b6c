import type { Datasource } from '../metadata/datasource.ts';
import { configDrive } from './config-drive.ts';
import { ec2 } from './ec2.ts';
import { nocloud, nocloudNet } from './nocloud.ts';
import { none } from './none.ts';
import { opennebula } from './opennebula.ts';
import { openstack } from './openstack.ts';
import { azure, gce } from './unsupported.ts';
import { wakame, wakameNet } from './wakame.ts';

/** The datasources in query order: local ones first, then those that the firmware identifies. */
export const datasources: readonly Datasource[] = [
  nocloud,
  nocloudNet,
  configDrive,
  opennebula,
  wakame,
  openstack,
  ec2,
  gce,
  azure,
  wakameNet,
  none,
];
