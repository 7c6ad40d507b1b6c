/**
 * One thing to do so that a file system can grow; what it makes bigger, from and to how many bytes. One that writes a
 * table bears the dump that it was worked out from.
 */
export type GrowthStep =
  /** The entry in the table, and with it what the kernel takes for the size. */
  | (Sizes & { do: 'partition'; disk: string; number: number; sectors: number; dump: string })
  /** The table says it already; the kernel is told. */
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

/** Growing by less than this is not worth touching a disk for; tables are aligned to it too. */
export const minimumGrowth = 2 ** 20;
