import { formatBytes } from '../../base/format.ts';
import { type Growth, minimumGrowth } from '../../engine/kinds/growth-step.ts';
import type { FileSystem, GrowthLayout } from './layout.ts';
import { growPartition } from './partition.ts';
import { growVolume } from './volume.ts';

export interface Wishes {
  /** Grow only the device, or only its file system. */
  readonly only?: 'device' | 'filesystem';
  /** Create a new partition and physical volume if the partition of the old one cannot grow. */
  readonly newVolume?: boolean;
}

/** Plans the steps, in order, by which a file system fills its disk; none if it already does or cannot. */
export function growthSteps({ device, filesystem }: GrowthLayout, { only, newVolume }: Wishes = {}): Growth {
  const below =
    only === 'filesystem'
      ? { steps: [], remarks: [], bytes: device.bytes }
      : device.is === 'partition'
        ? growPartition(device)
        : device.is === 'volume'
          ? growVolume(device, newVolume ?? false)
          : {
              steps: [],
              remarks: device.is === 'opaque' ? [`${device.path} is ${device.because}`] : [],
              bytes: device.bytes,
            };
  const above =
    only === 'device' || device.is === 'opaque' ? none : growFileSystem(filesystem, device.path, below.bytes);
  return { steps: [...below.steps, ...above.steps], remarks: [...below.remarks, ...above.remarks] };
}

const none: Growth = { steps: [], remarks: [] };

function growFileSystem(filesystem: FileSystem | undefined, device: string, room: number): Growth {
  if (!filesystem) return none;
  const { type, bytes, mount, readOnly, member } = filesystem;
  const remark = (text: string): Growth => ({ steps: [], remarks: [text] });
  const name = mount ?? device;
  if (!isGrown(type)) return remark(`${name} is ${type}, which is not grown`);
  if (bytes === undefined) return remark(`the size of the ${type} file system on ${name} cannot be determined`);
  if (room - bytes < minimumGrowth) return none;
  if (readOnly) return remark(`${name} is mounted read-only and stays at ${formatBytes(bytes)}`);
  if (mount === undefined && !type.startsWith('ext'))
    return remark(`${type} grows only while mounted: mount ${device}`);
  return {
    steps: [{ do: 'filesystem', type, device, mount, from: bytes, to: room, ...(member && { member }) }],
    remarks: [],
  };
}

/** The file systems that can be grown in place. */
export const isGrown = (type: string): boolean => ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs'].includes(type);
