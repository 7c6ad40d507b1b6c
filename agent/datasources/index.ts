import type { Datasource } from '../metadata/datasource.ts';
import { cloud } from './cloud.ts';
import { configDrive } from './config-drive.ts';
import { ec2 } from './ec2.ts';
import { nocloud, nocloudNet } from './nocloud.ts';
import { none } from './none.ts';
import { opennebula } from './opennebula.ts';
import { openstack } from './openstack.ts';
import { smartos } from './unsupported.ts';
import { vmware } from './vmware.ts';
import { wakame, wakameNet } from './wakame.ts';

const vultrMarks = { vendor: ['Vultr'], kernelWord: 'vultr', paths: ['/etc/vultr'] };
const scalewayMarks = { vendor: ['Scaleway'], kernelWord: 'scaleway', paths: ['/run/scaleway'] };
const azureChassis = '7783-7084-3265-9085-8269-3286-77';
const googleMarks = { product: ['Google Compute Engine', 'Google'], serial: ['GoogleCloud-*'] };

/** The datasources in query order: local ones first, then those that the firmware identifies. */
export const datasources: readonly Datasource[] = [
  nocloud,
  nocloudNet,
  configDrive,
  opennebula,
  wakame,
  cloud('LXD', { paths: ['/dev/lxd/sock'] }, async () => (await import('./lxd.ts')).lxd, 'disk'),
  vmware,
  openstack,
  ec2,
  cloud('Hetzner', { vendor: ['Hetzner'] }, async () => (await import('./hetzner.ts')).hetzner),
  cloud('DigitalOcean', { vendor: ['DigitalOcean'] }, async () => (await import('./digitalocean.ts')).digitalocean),
  cloud('Vultr', vultrMarks, async () => (await import('./vultr.ts')).vultr),
  cloud('UpCloud', { vendor: ['UpCloud'] }, async () => (await import('./upcloud.ts')).upcloud),
  cloud('Exoscale', { product: ['Exoscale*'] }, async () => (await import('./exoscale.ts')).exoscale),
  cloud('Akamai', { vendor: ['Akamai', 'Linode'] }, async () => (await import('./akamai.ts')).akamai),
  cloud('Scaleway', scalewayMarks, async () => (await import('./scaleway.ts')).scaleway),
  cloud('CloudStack', { product: ['CloudStack*'] }, async () => (await import('./cloudstack.ts')).cloudstack),
  cloud('GCE', googleMarks, async () => (await import('./gce.ts')).gce),
  cloud('Oracle', { chassis: ['OracleCloud.com'] }, async () => (await import('./oracle.ts')).oracle),
  cloud('Azure', { chassis: [azureChassis] }, async () => (await import('./azure.ts')).azure),
  cloud('AliYun', { product: ['Alibaba Cloud ECS'] }, async () => (await import('./aliyun.ts')).aliyun),
  smartos,
  wakameNet,
  none,
];
