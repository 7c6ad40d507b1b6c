import assert from 'node:assert/strict';
import { memoryDisk } from '../disks/memory-disk.ts';
import { filesystemMachine } from '../disks/memory-filesystems.ts';
import { GiB, good, MiB, swapMachine } from '../disks/memory-swap.ts';
import { type Given, type MemoryHost, memoryHost } from '../memory-host.ts';
import type { DirtyStarts } from './dirty-start.ts';

/** Returns a machine on which `mount` mounts the device on the path without links. */
function mounting(own: Given, target: string): MemoryHost {
  const host: MemoryHost = memoryHost({
    ...own,
    files: { '/proc/self/mountinfo': '1 0 252:1 / / rw - ext4 /dev/vda1 rw\n', '/dev/vdb': '', ...own.files },
    programs: {
      mount: () => {
        const node = host.nodes.get('/proc/self/mountinfo');
        if (node) node.bytes = Buffer.from(`${Buffer.from(node.bytes)}2 1 252:16 / ${target} rw - ext4 /dev/vdb rw\n`);
        return '';
      },
    },
  });
  return host;
}

const swaps = '/proc/swaps';

/** Starts of the kinds that handle disks. */
export const storageStarts: Pick<
  DirtyStarts,
  'growth' | 'partitions' | 'filesystem' | 'mounted' | 'swap' | 'removed-swap'
> = {
  growth: [
    {
      from: 'a growth that was interrupted after the partition table',
      change: { kind: 'growth', target: '/' },
      machine: () => memoryDisk({ entry: 9 * GiB }).host,
      ends: (host) => assert.equal(host.did.at(-1), 'run resize2fs /dev/dm-0'),
    },
    {
      from: 'a growth of which only the file system is left',
      change: { kind: 'growth', target: '/' },
      machine: () =>
        memoryDisk({ entry: 9 * GiB, kernel: 9 * GiB, physical: 9 * GiB - 4 * MiB, volume: 9 * GiB - 4 * MiB }).host,
      ends: (host) => assert.equal(host.did.at(-1), 'run resize2fs /dev/dm-0'),
    },
  ],
  partitions: [
    {
      from: 'a file system, which stays',
      change: { kind: 'partitions', device: '/dev/vdb', table: 'gpt', parts: [{ percent: 100, type: 'A' }] },
      machine: () => filesystemMachine({ '/dev/vdb': 'TYPE=ext4\n' }),
      refused: /holds ext4 and is left alone/,
    },
  ],
  filesystem: [
    {
      from: 'another file system, which stays',
      change: { kind: 'filesystem', device: '/dev/vdb', type: 'xfs' },
      machine: () => filesystemMachine({ '/dev/vdb': 'TYPE=ext4\n' }),
      refused: /holds .*ext4.* and is left alone/,
    },
    {
      from: 'another file system that may be overwritten',
      change: { kind: 'filesystem', device: '/dev/vdb', type: 'xfs', overwrite: true },
      machine: () => filesystemMachine({ '/dev/vdb': 'TYPE=ext4\n' }),
      ends: (host) => assert.equal(host.did[0], 'run mkfs.xfs -f /dev/vdb'),
    },
  ],
  mounted: [
    {
      from: 'another mount below the mount point',
      change: { kind: 'mounted', target: '/data', source: '/dev/vdb' },
      machine: () =>
        mounting(
          {
            files: {
              '/proc/self/mountinfo': '1 0 252:1 / / rw - ext4 /dev/vda1 rw\n3 1 0:9 / /data/x rw - tmpfs tmpfs rw\n',
            },
          },
          '/data',
        ),
    },
    {
      from: 'a mount point that is a link, as /mnt is in image mode',
      change: { kind: 'mounted', target: '/mnt', source: '/dev/vdb' },
      machine: () => mounting({ directories: ['/var/mnt'], links: { '/mnt': 'var/mnt' } }, '/var/mnt'),
    },
  ],
  swap: [
    {
      from: 'swap of another size that is in use',
      change: { kind: 'swap', path: '/swap', bytes: 2 * GiB },
      machine: () => swapMachine({ files: { '/swap': good(GiB) }, modes: { '/swap': 0o600 }, used: ['/swap'] }).host,
      ends: (host) => assert.ok(host.did.includes('run swapoff /swap')),
    },
    {
      from: 'swap that others can read',
      change: { kind: 'swap', path: '/swap', bytes: GiB },
      machine: () => swapMachine({ files: { '/swap': good(GiB) }, modes: { '/swap': 0o644 }, used: ['/swap'] }).host,
      ends: (host) => assert.equal(host.mode('/swap'), '0600'),
    },
    {
      from: 'a file that was cut off, and the part of another',
      change: { kind: 'swap', path: '/swap', bytes: GiB },
      machine: () =>
        swapMachine({
          files: {
            '/swap': { size: MiB, allocated: MiB, swap: false },
            '/swap.bootagent-part': { size: MiB, allocated: MiB, swap: false },
          },
        }).host,
      ends: (host) => assert.equal(host.nodes.has('/swap.bootagent-part'), false),
    },
    {
      from: 'other data',
      change: { kind: 'swap', path: '/swap', bytes: GiB },
      machine: () => swapMachine({ files: { '/swap': { size: MiB, allocated: MiB, swap: false, data: 'mine' } } }).host,
      refused: /^\/swap holds something other than swap; it is left unchanged$/,
    },
  ],
  'removed-swap': [
    {
      from: 'swap in use, with a name that begins like another',
      change: { kind: 'removed-swap', path: '/swap' },
      machine: () =>
        memoryHost({
          files: { '/swap': 'x', [swaps]: 'Filename Type\n/swap2 file 1 0 -2\n/swap file 1 0 -2\n' },
          programs: { swapoff: () => '' },
        }),
      ends: (host) => assert.deepEqual(host.did, ['run swapoff /swap', 'remove /swap']),
    },
  ],
};
