/**
 * What lies between a file system and the end of its disk, as the machine tells it: plain data, from
 * which `growthSteps` says what is to be done. Every size is in bytes unless it is called sectors.
 */
export interface GrowthLayout {
  /** The file system that is to grow; undefined where the device holds none, or none that can be told. */
  readonly filesystem: FileSystem | undefined;
  readonly device: Device;
}

export interface FileSystem {
  readonly type: string;
  /** What it takes of its device; undefined where it could not be told. */
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
  /** What the kernel takes for its size; the table may already say more. */
  readonly bytes: number;
  readonly number: number;
  readonly disk: WholeDisk;
  /** Undefined where the partition ends at the end of its disk, so that nobody had to read the table. */
  readonly table: Table | Unread | undefined;
}

/** A partition table as sfdisk tells it. */
export interface Table {
  readonly label: string;
  readonly sectorBytes: number;
  readonly entries: readonly TableEntry[];
  /** All of it, as sfdisk takes it back. */
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
  /** Physical volumes without a group on the members' disks: left by a run that was cut off. */
  readonly spare: readonly string[];
  /** Empty partitions of LVM's type on the members' disks: left by a run that was cut off. */
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
