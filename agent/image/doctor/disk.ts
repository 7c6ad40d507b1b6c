import { sources } from '../source-links.ts';
import type { DiskCheck, Verdict } from './check.ts';
import type { Layout, Slice } from './disk-layout.ts';

const MiB = 2 ** 20;

/** Checks that need the disk itself: a tree of files has neither partitions nor a boot loader. */
export const diskChecks: readonly DiskCheck[] = [
  {
    name: 'root-grows',
    severity: 'error',
    why: 'A partition can only grow into free space directly after it.',
    fix: 'Make root the last partition of the disk.',
    source: sources.openstack,
    inspectDisk: onRoot((root, { slices }) =>
      slices
        .filter(({ start }) => start > root.start)
        .map(({ number, is }) => `Partition ${number} (${is}) lies after root, partition ${root.number}`),
    ),
  },
  {
    name: 'root-alone',
    severity: 'warning',
    why: 'One partition holds all; what is set aside for others is missing to root. Firmware and /boot may have their own.',
    fix: 'Install with a single partition for data: no /home or /var of its own.',
    source: sources.pouta,
    inspectDisk: onRoot((root, { slices }) =>
      slices
        .filter(({ is, start }) => is === 'other' && start < root.start)
        .map(
          ({ number, contents }) => `Partition ${number} (${contents?.type ?? 'unknown'}) is neither root nor /boot`,
        ),
    ),
  },
  {
    name: 'swap-partition',
    severity: 'warning',
    why: 'It has one size for all flavours; a swap file made at the first boot fits the machine.',
    fix: 'Install without one, and ask for "swap:" in the user-data.',
    source: sources.centos,
    inspectDisk: ({ slices }) =>
      slices.filter(({ is }) => is === 'swap').map(({ number }) => `Partition ${number} is swap`),
  },
  {
    name: 'table-fits',
    severity: 'error',
    why: 'A partition that ends after the end of the disk loses what is written there.',
    fix: 'The image is truncated: convert it again.',
    source: sources.openstack,
    inspectDisk: ({ slices, size }) =>
      slices
        .filter(({ start, size: length }) => start + length > size)
        .map(({ number }) => `Partition ${number} ends after the end of the disk`),
  },
  {
    name: 'filesystem-fills',
    severity: 'warning',
    why: 'Free space inside the partition is lost to every instance whose disk is no larger.',
    fix: 'resize2fs, xfs_growfs or btrfs filesystem resize max, before the image is saved.',
    source: sources.openstack,
    inspectDisk: onRoot((root) => {
      const { type, size } = root.contents ?? {};
      if (size === undefined) return { notChecked: `${type ?? 'what is on root'} does not say how large it is` };
      if (size > root.size) return [`The ${type} file system is larger than its partition`];
      const left = Math.floor((root.size - size) / MiB);
      return left > 1 ? [`The ${type} file system leaves ${left} MiB of its partition unused`] : [];
    }),
  },
  {
    name: 'bootloader',
    severity: 'error',
    why: 'Without one no instance starts.',
    fix: 'grub-install (grub2-install) to the disk, or an EFI system partition with a loader in it.',
    source: sources.wakame,
    inspectDisk: ({ bootCode, slices }) => {
      const hasEfi = slices.some(({ is, contents }) => is === 'firmware' && contents?.type === 'fat');
      return bootCode || hasEfi ? [] : ['The first sector holds no boot code, and there is no EFI system partition'];
    },
  },
];

function onRoot(inspect: (root: Slice, disk: Layout) => Verdict): DiskCheck['inspectDisk'] {
  return (disk) => {
    const root = disk.slices.find(({ is }) => is === 'root');
    if (root) return inspect(root, disk);
    return {
      notChecked: disk.bare ? `a bare ${disk.bare.type} file system, no partitions` : 'no root file system found',
    };
  };
}
