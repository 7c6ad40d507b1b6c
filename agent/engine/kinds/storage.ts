/** Changes of disks and file systems. */
export type StorageChange = GrowthChange | SwapChange | PartitionsChange | FilesystemChange | MountedChange;

/** A file system fills its disk: a mount point, or the node of a device that is not mounted. */
export interface GrowthChange {
  readonly kind: 'growth';
  readonly target: string;
  /** Grows only the devices below the file system, or only the file system. */
  readonly only?: 'device' | 'filesystem';
  /** If the partition of a physical volume is not the last one, creates a new partition at the end of the disk. */
  readonly newVolume?: true;
}

/** Keeps a swap file, or a device with a swap signature, in use. */
export interface SwapChange {
  readonly kind: 'swap';
  readonly path: string;
  /** If omitted, an existing swap is used, and none is created. */
  readonly bytes?: number;
  /** The size is advice: a valid swap file of another size is kept. */
  readonly advised?: true;
}

/** The partitions of a disk; never written over existing data unless `overwrite` is set. */
export interface PartitionsChange {
  readonly kind: 'partitions';
  readonly device: string;
  readonly table: 'gpt' | 'dos';
  /** In their order; the last one takes the rest of the disk. Empty: the disk has no partition table. */
  readonly parts: readonly { readonly percent: number; readonly type: string }[];
  readonly overwrite?: true;
}

/** A file system on a device; never created over existing data unless `overwrite` is set. */
export interface FilesystemChange {
  readonly kind: 'filesystem';
  readonly device: string;
  readonly type: string;
  readonly label?: string;
  readonly overwrite?: true;
  /** "auto": the partition that already has it, else the first empty partition, else the empty disk. */
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

/** A change of /etc/fstab: an entry to add, a device to drop, or the entries of bootagent to keep. */
export type FstabEdit = { readonly syntax: 'fstab' } & (
  | { readonly put: FstabEntry }
  /** Drops every entry of this device, including entries that bootagent did not add. */
  | { readonly drop: string }
  /** Drops marked entries of bootagent with other keys: an earlier user-data requested them. */
  | { readonly keep: readonly string[] }
);

/** The six fields of an fstab line, with escapes decoded. */
export interface FstabEntry {
  readonly spec: string;
  readonly file: string;
  readonly type: string;
  readonly options: string;
  readonly dump: string;
  readonly pass: string;
}
