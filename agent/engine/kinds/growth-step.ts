/**
 * One step of a growth: what grows, and its size in bytes before and after. A step that
 * writes a partition table carries the dump that it was planned from.
 */
export type GrowthStep =
  /** Writes the entry in the partition table and updates the kernel. */
  | (Sizes & { do: 'partition'; disk: string; number: number; sectors: number; dump: string })
  /** Updates only the kernel: the partition table is already correct. */
  | (Sizes & { do: 'tell-kernel'; disk: string; number: number })
  | (Sizes & { do: 'physical-volume'; path: string })
  | (Sizes & {
      do: 'new-partition';
      disk: string;
      number: number;
      start: number;
      sectors: number;
      type: string;
      dump: string;
    })
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
  /** What does not grow, and why. */
  readonly remarks: readonly string[];
}

/** The part of a growth that concerns one device, and the size of the device afterwards. */
export interface Grown extends Growth {
  readonly bytes: number;
  /** A partition behind this one prevents the growth; the remark describes it. */
  readonly blocked?: true;
}

/** The minimum growth, in bytes, that justifies writing to a disk; also the alignment of partitions. */
export const minimumGrowth = 2 ** 20;
