/**
 * Everything between a file system and the end of its disk: plain data, from
 * which `growthSteps` plans. Sizes are in bytes unless named sectors.
 */
export interface GrowthLayout {
  /** The file system to grow; undefined if the device holds none or an unknown one. */
  readonly filesystem: FileSystem | undefined;
  readonly device: Device;
}

export interface FileSystem {
  readonly type: string;
  /** The bytes it uses of its device; undefined if unknown. */
  readonly bytes: number | undefined;
  /** Where it is mounted. */
  readonly mount: string | undefined;
  readonly readOnly: boolean;
  /** btrfs counts its devices; this is the one that grows. */
  readonly member?: string;
}

export type Device = WholeDisk | Partition | Volume | Opaque;

export interface WholeDisk {
  readonly is: 'disk';
  readonly path: string;
  readonly bytes: number;
  readonly readOnly: boolean;
}

export interface Partition {
  readonly is: 'partition';
  readonly path: string;
  /** The size that the kernel uses; the one in the table may already be larger. */
  readonly bytes: number;
  readonly number: number;
  readonly disk: WholeDisk;
  /** Undefined where the partition ends at the end of its disk: then the table is not read. */
  readonly table: Table | Unread | undefined;
}

/** A partition table as sfdisk dumps it. */
export interface Table {
  readonly label: string;
  readonly sectorBytes: number;
  readonly entries: readonly TableEntry[];
  /** The whole dump, as sfdisk accepts it. */
  readonly dump: string;
}

export interface TableEntry {
  readonly number: number;
  readonly start: number;
  readonly sectors: number;
  /** A GUID, or the hexadecimal byte of an MBR. */
  readonly type: string;
}

/** Why a table could not be read. */
export interface Unread {
  readonly unread: string;
}

/** A logical volume of LVM. */
export interface Volume {
  readonly is: 'volume';
  readonly path: string;
  /** "vg/root". */
  readonly name: string;
  readonly bytes: number;
  /** How its segments are laid: "linear", "striped", "thin". */
  readonly segments: readonly string[];
  readonly group: VolumeGroup;
}

export interface VolumeGroup {
  readonly name: string;
  readonly extent: number;
  readonly free: number;
  readonly members: readonly PhysicalVolume[];
  /** Physical volumes without a group on the members' disks, left by an interrupted run. */
  readonly spare: readonly string[];
  /** Empty partitions of LVM's type on the members' disks, left by an interrupted run. */
  readonly empty: readonly string[];
}

export interface PhysicalVolume {
  readonly path: string;
  /** What LVM uses of its device. */
  readonly bytes: number;
  /** Where its first extent begins. */
  readonly start: number;
  readonly device: WholeDisk | Partition | Opaque;
}

/** A device that is not grown, and what it is. */
export interface Opaque {
  readonly is: 'opaque';
  readonly path: string;
  readonly bytes: number;
  /** "encrypted with LUKS". */
  readonly because: string;
}
