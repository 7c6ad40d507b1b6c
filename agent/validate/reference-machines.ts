import type { Context } from '../engine/module.ts';
import type { Facts } from '../facts/facts.ts';
import { paths, programs } from '../facts/watched-paths.ts';

const GiB = 2 ** 30;

const disk = (letter: string) => ({ path: `/dev/vd${letter}`, bytes: 100 * GiB, readOnly: false, partitions: [] });

/** The names that clouds give to disks. Each has a device, so that none is reported as missing. */
const mapping = {
  ami: 'vda',
  root: 'vda',
  ephemeral0: 'vdb',
  ephemeral1: 'vdc',
  swap: 'vdd',
  ebs0: 'vde',
  ebs1: 'vdf',
};

/** A large machine with every program of its family, so that nothing it lacks is reported for other machines. */
const facts: Facts = {
  cpus: 8,
  memoryKiB: 64 * 2 ** 20,
  hostname: 'reference',
  network: {
    interface: 'eth0',
    address: '192.0.2.10',
    interfaces: [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses: ['192.0.2.10'] }],
  },
  disks: ['a', 'b', 'c', 'd', 'e', 'f'].map(disk),
  mounts: [
    {
      target: '/',
      source: '/dev/vda',
      type: 'ext4',
      options: ['rw'],
      device: '252:0',
      bytes: 100 * GiB,
      freeBytes: 90 * GiB,
    },
  ],
  swaps: [],
  os: { id: 'rocky', family: 'redhat', version: '9', name: 'Rocky Linux 9' },
  platform: {
    vendor: '',
    product: '',
    serial: '',
    uuid: '52540000-0000-4000-8000-000000000001',
    chassis: '',
    architecture: 'x64',
    kernel: '5.14.0',
    kernelCommandLine: '',
  },
  selinux: 'enforcing',
  systemd: 252,
  sh: 'bash',
  programs: programs.filter((name) => name !== 'apt-get' && name !== 'zypper'),
  paths: paths.filter((path) => path.startsWith('/etc/selinux') || path.startsWith('/usr/')),
  users: [{ name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }],
  groups: [{ name: 'root', gid: 0, members: [] }],
};

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILMXJn659PB2071SNuuQa3088He8uW5OhQShhZCXA13+ cloud';

const machine = (own: Partial<Facts>, publicKeys: readonly string[]): Omit<Context, 'scripts'> => ({
  facts: { ...facts, ...own },
  instance: {
    id: 'reference',
    datasource: 'reference',
    publicKeys,
    vendorData: [],
    metadata: { 'block-device-mapping': mapping },
    secrets: [],
  },
  newMachine: false,
});

/**
 * Machines that differ in what plans depend on: distribution, package manager, shell, and whether the cloud has a key.
 * A finding that a module reports on all of them does not depend on facts.
 */
export const referenceMachines: readonly Omit<Context, 'scripts'>[] = [
  machine({}, []),
  machine(
    {
      cpus: 1,
      os: { id: 'debian', family: 'debian', version: '12', name: 'Debian 12' },
      programs: programs.filter((name) => !['dnf', 'yum', 'zypper'].includes(name)),
      selinux: 'disabled',
      sh: 'dash',
    },
    [key],
  ),
];
