import type { Context } from '../../agent/engine/module.ts';
import type { Facts, Mount } from '../../agent/facts/facts.ts';
import type { Instance } from '../../agent/metadata/datasource.ts';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

export const root = (own: Partial<Mount> = {}): Mount => ({
  target: '/',
  source: '/dev/vda1',
  type: 'xfs',
  options: ['rw'],
  device: '252:1',
  bytes: 120 * GiB,
  freeBytes: 100 * GiB,
  ...own,
});

/** Returns the facts of a plain small Rocky Linux machine. A test states only the facts it depends on. */
export const facts = (own: Partial<Facts> = {}): Facts => ({
  cpus: 2,
  memoryKiB: 4 * 2 ** 20,
  hostname: 'localhost',
  network: {
    interface: 'eth0',
    address: '10.0.0.5',
    interfaces: [{ name: 'eth0', mac: 'fa:16:3e:00:00:05', addresses: ['10.0.0.5'] }],
  },
  disks: [
    {
      path: '/dev/vda',
      bytes: 120 * GiB,
      readOnly: false,
      partitions: [{ path: '/dev/vda1', number: 1, start: MiB, bytes: 120 * GiB - 2 * MiB }],
    },
  ],
  mounts: [root()],
  swaps: [],
  os: { id: 'rocky', family: 'redhat', version: '9.4', name: 'Rocky Linux 9.4' },
  platform: {
    vendor: 'QEMU',
    product: 'Standard PC',
    serial: '',
    uuid: '6f3a1c9e-0000-4000-8000-000000000001',
    chassis: '',
    architecture: 'x64',
    kernel: '5.14.0-427.el9.x86_64',
    kernelCommandLine: '',
  },
  selinux: 'enforcing',
  systemd: 252,
  sh: 'bash',
  programs: ['bash', 'dnf', 'systemctl', 'useradd'],
  paths: [],
  users: [{ name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }],
  groups: [{ name: 'root', gid: 0, members: [] }],
  ...own,
});

export const instance = (own: Partial<Instance> = {}): Instance => ({
  id: 'i-test',
  datasource: 'none',
  publicKeys: [],
  vendorData: [],
  metadata: {},
  secrets: [],
  ...own,
});

export const context = (own: Partial<Facts> = {}, who: Partial<Instance> = {}): Context => ({
  facts: facts(own),
  instance: instance(who),
  newMachine: true,
  scripts: [],
});
