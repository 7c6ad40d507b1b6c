/** The changes of disks and what is on them; `agent/engine/change.ts` takes them up into the vocabulary. */
export type StorageChange = GrowthChange | SwapChange | FilesystemChange | MountedChange;

/** A file system fills its disk: a mount point, or the node of a device that is not mounted. */
export interface GrowthChange {
  readonly kind: 'growth';
  readonly target: string;
  /** Grow only what is below the file system, or only the file system. */
  readonly only?: 'device' | 'filesystem';
  /** Where the partition of a physical volume is not the last, put a new one at the end of the disk. */
  readonly newVolume?: true;
}

/** A swap file, or a device that is swap already, in use. */
export interface SwapChange {
  readonly kind: 'swap';
  readonly path: string;
  /** Left out: whatever is there is used, and nothing is made. */
  readonly bytes?: number;
  /** A size that was only advised: a good swap file of another size is left alone. */
  readonly advised?: true;
}

/** A file system on a device; never made over anything that is there, unless `overwrite` says so. */
export interface FilesystemChange {
  readonly kind: 'filesystem';
  readonly device: string;
  readonly type: string;
  readonly label?: string;
  readonly overwrite?: true;
  /** "auto": the partition that has it already, else the first empty one, else the empty disk. */
  readonly partition?: 'auto' | 'any';
  readonly options?: readonly string[];
}

/** What /etc/fstab says of this mount point is mounted there. */
export interface MountedChange {
  readonly kind: 'mounted';
  readonly target: string;
  readonly source: string;
  /** A device that is not there is no failure. */
  readonly nofail?: true;
}

/** A change of /etc/fstab: an entry that must be there, a device that must not, or which entries of ours stay. */
export type FstabEdit = { readonly syntax: 'fstab' } & (
  | { readonly put: FstabEntry }
  /** Every entry of this device, whoever made it. */
  | { readonly drop: string }
  /** Of the entries that bear our mark, those with other keys are dropped: what an earlier user-data asked for. */
  | { readonly keep: readonly string[] }
);

/** The six fields of a line, as they read without escapes. */
export interface FstabEntry {
  readonly spec: string;
  readonly file: string;
  readonly type: string;
  readonly options: string;
  readonly dump: string;
  readonly pass: string;
}
