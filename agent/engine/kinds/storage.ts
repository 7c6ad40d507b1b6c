/** Changes of disks and file systems. */
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

/** Keeps a swap file, or a device with a swap signature, in use. */
export interface SwapChange {
  readonly kind: 'swap';
  readonly path: string;
  /** Left out: an existing swap is used, and none is created. */
  readonly bytes?: number;
  /** The size is advice: a valid swap file of another size is kept. */
  readonly advised?: true;
}

/** A file system on a device; never created over existing data unless `overwrite` is set. */
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

/** The fstab entry of this mount point is mounted. */
export interface MountedChange {
  readonly kind: 'mounted';
  readonly target: string;
  readonly source: string;
  /** A missing device is not a failure. */
  readonly nofail?: true;
}

/** A change of /etc/fstab: an entry to add, a device to drop, or the entries of ours to keep. */
export type FstabEdit = { readonly syntax: 'fstab' } & (
  | { readonly put: FstabEntry }
  /** Every entry of this device, whoever made it. */
  | { readonly drop: string }
  /** Drops our marked entries with other keys: an earlier user-data asked for them. */
  | { readonly keep: readonly string[] }
);

/** The six fields of a line, without escapes. */
export interface FstabEntry {
  readonly spec: string;
  readonly file: string;
  readonly type: string;
  readonly options: string;
  readonly dump: string;
  readonly pass: string;
}
