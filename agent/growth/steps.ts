import { sized } from '../sizes.ts';
import type { FileSystem, Layout } from './layout.ts';
import { growPartition } from './partition.ts';
import { growVolume } from './volume.ts';

/** One thing to do so that a file system can grow; what it makes bigger, from and to how many bytes. */
export type GrowthStep =
  /** The entry in the table, and with it what the kernel takes for the size. */
  | (Sizes & { do: 'partition'; disk: string; number: number; sectors: number })
  /** The table says it already; the kernel is told. */
  | (Sizes & { do: 'tell-kernel'; disk: string; number: number })
  | (Sizes & { do: 'physical-volume'; path: string })
  | (Sizes & { do: 'new-partition'; disk: string; number: number; start: number; sectors: number; type: string })
  | { do: 'new-physical-volume'; path: string }
  | { do: 'join-group'; path: string; group: string }
  | (Sizes & { do: 'volume'; name: string })
  | (Sizes & { do: 'filesystem'; type: string; device: string; mount: string | undefined; member?: string });

interface Sizes {
  readonly from: number;
  readonly to: number;
}

export interface Growth {
  readonly steps: readonly GrowthStep[];
  /** What stays as it is, and why. */
  readonly remarks: readonly string[];
}

export interface Wishes {
  /** Grow the device and leave its file system, or the other way round. */
  readonly only?: 'device' | 'filesystem';
  /** Put a new partition and physical volume where the old one's partition cannot grow. */
  readonly newVolume?: boolean;
}

/** Growing by less than this is not worth touching a disk for; tables are aligned to it too. */
export const least = 2 ** 20;

/** What to do, in order, so that a file system fills its disk: nothing, where it does or where nothing can be done. */
export function growthSteps({ device, filesystem }: Layout, { only, newVolume }: Wishes = {}): Growth {
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

/** A device's part of the growth, and how big it is afterwards. */
export interface Grown extends Growth {
  readonly bytes: number;
  /** The remark is of a partition behind this one. */
  readonly blocked?: true;
}

const none: Growth = { steps: [], remarks: [] };

function growFileSystem(filesystem: FileSystem | undefined, device: string, room: number): Growth {
  if (!filesystem) return none;
  const { type, bytes, mount, readOnly, member } = filesystem;
  const remark = (text: string): Growth => ({ steps: [], remarks: [text] });
  const name = mount ?? device;
  if (!isGrown(type)) return remark(`${name} is ${type}, which is not grown`);
  if (bytes === undefined) return remark(`the size of the ${type} file system on ${name} cannot be told`);
  if (room - bytes < least) return none;
  if (readOnly) return remark(`${name} is mounted read-only and stays at ${sized(bytes)}`);
  if (mount === undefined && !type.startsWith('ext'))
    return remark(`${type} grows only while mounted: mount ${device}`);
  return {
    steps: [{ do: 'filesystem', type, device, mount, from: bytes, to: room, ...(member && { member }) }],
    remarks: [],
  };
}

/** The file systems that can be grown in place. */
export const isGrown = (type: string): boolean => ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs'].includes(type);
