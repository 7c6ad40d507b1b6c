/**
 * The state of the machine when a stage begins. Plain data: `bootagent facts` prints it, `--facts FILE` reads it.
 *
 * A fact that cannot be read (an I/O error, a loop of links, a folder that other users can write to) is unknown: `unknown`
 * has the reason, and the fact holds the part that was read, or the value of an empty machine. A module that reads an
 * unknown fact fails with that reason, and the other modules continue. A module that lists the fact in `assumes` plans with
 * the fallback value, and the reason is reported beside its plan. So modules need no check whether a fact is known.
 */
export interface Facts {
  /** The number of online cores. */
  readonly cpus: number;
  /** MemTotal of /proc/meminfo, in KiB. */
  readonly memoryKiB: number;
  readonly hostname: string;
  readonly network: Network;
  readonly disks: readonly Disk[];
  readonly mounts: readonly Mount[];
  /** The paths of active swaps. */
  readonly swaps: readonly string[];
  readonly os: OperatingSystem;
  readonly platform: Platform;
  readonly selinux: 'enforcing' | 'permissive' | 'disabled';
  /** The version of systemd; 0 if it is not installed. */
  readonly systemd: number;
  /** The shell that /bin/sh links to: "dash", "bash". */
  readonly sh: string;
  /** The names of the installed programs, among those that plans depend on. */
  readonly programs: readonly string[];
  /** The paths of existing files and folders, among those that plans depend on. */
  readonly paths: readonly string[];
  readonly users: readonly Account[];
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[];
  /** The reason for each fact that could not be read. */
  readonly unknown?: { readonly [fact in FactName]?: string };
}

export type FactName = Exclude<keyof Facts, 'unknown'>;

export interface Network {
  /** The interface of the default route, and its first IPv4 address (its first IPv6 address if it has no IPv4 address). */
  readonly interface: string | undefined;
  readonly address: string | undefined;
  readonly interfaces: readonly Interface[];
  /** Network configuration files that bootagent did not write. */
  readonly files?: readonly NetworkFile[];
}

export interface NetworkFile {
  readonly path: string;
  readonly mac?: string;
  readonly name?: string;
  /** Whether it configures static addresses. */
  readonly static: boolean;
  /** Why the file or folder could not be read: the interfaces that it configures are unknown. */
  readonly unread?: string;
}

export interface Interface {
  readonly name: string;
  readonly mac: string;
  /** IPv4 first, without prefix length. */
  readonly addresses: readonly string[];
}

export interface Disk {
  readonly path: string;
  readonly bytes: number;
  readonly readOnly: boolean;
  /** The detected signature ("ext4"); "" if none is recognized, undefined if the device could not be read. */
  readonly filesystem?: string;
  readonly partitions: readonly {
    readonly path: string;
    readonly number: number;
    /** The offset in bytes from the start of the disk. */
    readonly start: number;
    readonly bytes: number;
    readonly filesystem?: string;
  }[];
}

export interface Mount {
  readonly target: string;
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
  /** The major and minor device numbers: "8:1". */
  readonly device: string;
  readonly bytes: number;
  readonly freeBytes: number;
}

export interface OperatingSystem {
  /** The ID field of os-release: "rocky". */
  readonly id: string;
  /** The distribution family, which determines paths and tools. */
  readonly family: 'redhat' | 'debian' | 'other';
  readonly version: string;
  /** The VERSION_CODENAME field of os-release: "bookworm". */
  readonly codename?: string;
  readonly name: string;
}

/** The platform as described by firmware and kernel; the only facts from which datasources are chosen. */
export interface Platform {
  readonly vendor: string;
  readonly product: string;
  readonly serial: string;
  /** In lower case, with the byte order of the firmware. */
  readonly uuid: string;
  readonly chassis: string;
  readonly architecture: string;
  readonly kernel: string;
  readonly kernelCommandLine: string;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}
