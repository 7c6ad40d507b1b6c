/**
 * One step of a growth: what grows, from and to how many bytes. A step that writes a
 * table carries the dump it was planned from.
 */
export type GrowthStep =
  /** Writes the entry in the table, and updates the kernel. */
  | (Sizes & { do: 'partition'; disk: string; number: number; sectors: number; dump: string })
  /** The table is right already; updates the kernel. */
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
  /** What stays as it is, and why. */
  readonly remarks: readonly string[];
}

/** A device's part of the growth, and how big it is afterwards. */
export interface Grown extends Growth {
  readonly bytes: number;
  /** The remark is of a partition behind this one. */
  readonly blocked?: true;
}

/** The least growth, in bytes, that justifies writing to a disk; also the alignment of partitions. */
export const minimumGrowth = 2 ** 20;
