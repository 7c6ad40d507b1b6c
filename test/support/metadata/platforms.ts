import type { Platform } from '../../../agent/facts/facts.ts';
import { describe } from './description.ts';
import type { Files } from './images.ts';
import { configDriveFiles, contextFiles, nocloudFiles, wakameFiles } from './trees.ts';

/** A machine as its platform shows it: firmware, kernel command line, drives and files. */
export interface PlatformCase {
  readonly platform: Partial<Platform>;
  /** A drive: its label and its files. */
  readonly drive?: readonly [label: string, files: Files];
  readonly files?: Readonly<Record<string, string>>;
  /** The datasources that are detected, in the order in which a boot asks them. */
  readonly detected: readonly string[];
}

const me = describe();
const qemu = { vendor: 'QEMU', product: 'Standard PC (Q35 + ICH9, 2009)' };
const cidata = ['cidata', nocloudFiles(me)] as const;
const config2 = ['config-2', configDriveFiles(me)] as const;
const socket = { '/dev/lxd/sock': '' };

/** Platforms by name, with their values as cloud-init's tests and the providers' documentation have them. */
export const platforms: Readonly<Record<string, PlatformCase>> = {
  'Akamai Connected Cloud': { platform: { vendor: 'Akamai', serial: '12345678' }, detected: ['akamai'] },
  Linode: { platform: { vendor: 'Linode', product: 'Compute Instance' }, detected: ['akamai'] },
  'Alibaba Cloud': { platform: { vendor: 'Alibaba Cloud', product: 'Alibaba Cloud ECS' }, detected: ['aliyun'] },
  'Amazon EC2, Nitro': {
    platform: { vendor: 'Amazon EC2', product: 't3.micro', chassis: 'Amazon EC2' },
    detected: ['ec2'],
  },
  'Amazon EC2, Xen HVM': {
    platform: { vendor: 'Xen', product: 'HVM domU', uuid: 'ec23aef5-54be-4843-8d24-8c819f88453e' },
    detected: ['ec2'],
  },
  'Amazon EC2, uuid in the other byte order': {
    platform: { vendor: 'Xen', uuid: 'ab232aec-54be-4843-8d24-8c819f88453e' },
    detected: ['ec2'],
  },
  'Amazon EC2, Xen without DMI': {
    platform: { vendor: '', product: '', uuid: '' },
    files: { '/sys/hypervisor/uuid': 'ec2c6e2f-5fac-4fc7-9c82-74127ec14bbb\n' },
    detected: ['ec2'],
  },
  Brightbox: { platform: { serial: 'srv-otuxg.gb1.brightbox.com' }, detected: ['ec2'] },
  'a name that ends like Brightbox': { platform: { serial: 'tricky-host.bobrightbox.com' }, detected: [] },
  ZStack: { platform: { chassis: '123456.zstack.io' }, detected: ['ec2'] },
  e24cloud: { platform: { vendor: 'e24cloud' }, detected: ['ec2'] },
  'a name that begins like e24cloud': { platform: { vendor: 'e24cloudyday' }, detected: [] },
  Tilaa: { platform: { vendor: 'Tilaa' }, detected: ['ec2'] },
  '3DS Outscale': { platform: { vendor: '3DS Outscale', product: '3DS Outscale VM' }, detected: ['ec2'] },
  'Microsoft Azure': {
    platform: { vendor: 'Microsoft Corporation', chassis: '7783-7084-3265-9085-8269-3286-77' },
    detected: ['azure'],
  },
  'Hyper-V': { platform: { vendor: 'Microsoft Corporation', product: 'Virtual Machine' }, detected: [] },
  'CloudStack, KVM': { platform: { vendor: 'Apache', product: 'CloudStack KVM Hypervisor' }, detected: ['cloudstack'] },
  DigitalOcean: { platform: { vendor: 'DigitalOcean', product: 'Droplet' }, detected: ['digitalocean'] },
  'DigitalOcean with a config drive': {
    platform: { vendor: 'DigitalOcean', product: 'Droplet' },
    drive: config2,
    detected: ['config-drive', 'digitalocean'],
  },
  Exoscale: { platform: { vendor: 'Exoscale', product: 'Exoscale Compute Platform' }, detected: ['exoscale'] },
  'Compute Engine': { platform: { vendor: 'Google', product: 'Google Compute Engine' }, detected: ['gce'] },
  'Compute Engine by its serial number': { platform: { serial: 'GoogleCloud-8f2e88f' }, detected: ['gce'] },
  Hetzner: { platform: { vendor: 'Hetzner', product: 'vServer' }, detected: ['hetzner'] },
  'IBM Cloud, template': { platform: { vendor: 'Xen' }, drive: ['METADATA', { 'meta.js': '{}' }], detected: [] },
  KubeVirt: { platform: { vendor: 'KubeVirt', product: 'None' }, drive: cidata, detected: ['nocloud'] },
  'KubeVirt with a config drive': { platform: { vendor: 'KubeVirt' }, drive: config2, detected: ['config-drive'] },
  'libvirt without metadata': { platform: qemu, detected: [] },
  'LXD container': { platform: {}, files: { ...socket, '/run/systemd/container': 'lxc\n' }, detected: ['lxd'] },
  'LXD container on Hetzner': {
    platform: { vendor: 'Hetzner', product: 'vServer' },
    files: { ...socket, '/run/systemd/container': 'lxc\n' },
    detected: ['lxd'],
  },
  'LXD virtual machine': { platform: { vendor: 'QEMU', product: 'Standard PC' }, files: socket, detected: ['lxd'] },
  Multipass: { platform: qemu, drive: cidata, detected: ['nocloud'] },
  'NoCloud, label in capitals': { platform: qemu, drive: ['CIDATA', nocloudFiles(me)], detected: ['nocloud'] },
  'NoCloud in the serial number': { platform: { ...qemu, serial: 'ds=nocloud;i=i-1' }, detected: ['nocloud'] },
  'NoCloud on the network': {
    platform: { ...qemu, serial: 'ds=nocloud;s=http://192.0.2.1/seed/' },
    detected: ['nocloud-net'],
  },
  'NoCloud in a folder': {
    platform: qemu,
    files: { '/var/lib/cloud/seed/nocloud/meta-data': 'instance-id: i-1\n' },
    detected: ['nocloud'],
  },
  OpenNebula: { platform: qemu, drive: ['CONTEXT', contextFiles(me)], detected: ['opennebula'] },
  'OpenStack Nova': {
    platform: { vendor: 'OpenStack Foundation', product: 'OpenStack Nova' },
    detected: ['openstack'],
  },
  'OpenStack Compute (RDO)': { platform: { vendor: 'RDO', product: 'OpenStack Compute' }, detected: ['openstack'] },
  'OpenStack with a config drive': {
    platform: { product: 'OpenStack Nova' },
    drive: config2,
    detected: ['config-drive', 'openstack'],
  },
  'OpenStack by its asset tag': { platform: { chassis: 'OpenStack Nova' }, detected: ['openstack'] },
  'Open Telekom Cloud': { platform: { chassis: 'OpenTelekomCloud' }, detected: ['openstack'] },
  'SAP Converged Cloud': { platform: { chassis: 'SAP CCloud VM' }, detected: ['openstack'] },
  'Huawei Cloud': { platform: { chassis: 'HUAWEICLOUD' }, detected: ['openstack'] },
  'Samsung Cloud Platform': { platform: { chassis: 'Samsung Cloud Platform' }, detected: ['openstack'] },
  Oracle: { platform: { vendor: 'QEMU', chassis: 'OracleCloud.com' }, detected: ['oracle'] },
  'a physical server': {
    platform: { vendor: 'Dell Inc.', product: 'PowerEdge R640', serial: 'ABC1234' },
    detected: [],
  },
  Proxmox: { platform: qemu, drive: cidata, detected: ['nocloud'] },
  'Proxmox with a config drive': { platform: qemu, drive: config2, detected: ['config-drive'] },
  Scaleway: { platform: { vendor: 'Scaleway' }, detected: ['scaleway'] },
  'Scaleway by the kernel command line': {
    platform: { kernelCommandLine: 'initrd=initrd showopts scaleway nousb' },
    detected: ['scaleway'],
  },
  SmartOS: { platform: { vendor: 'Joyent', product: 'SmartDC HVM' }, detected: ['smartos'] },
  UpCloud: { platform: { vendor: 'UpCloud' }, detected: ['upcloud'] },
  'VMware without guestinfo': { platform: { vendor: 'VMware, Inc.', product: 'VMware7,1' }, detected: [] },
  VirtualBox: { platform: { vendor: 'innotek GmbH', product: 'VirtualBox' }, detected: [] },
  Vultr: { platform: { vendor: 'Vultr', product: 'VC2' }, detected: ['vultr'] },
  'Vultr, bare metal': { platform: { vendor: 'Supermicro', kernelCommandLine: 'ro vultr' }, detected: ['vultr'] },
  'Wakame-vdc': { platform: qemu, drive: ['METADATA', wakameFiles(me)], detected: ['wakame'] },
};
