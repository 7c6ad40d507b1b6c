/**
 * The machine as it is when a stage begins. Plain data: `bootagent facts` prints it, `--facts FILE` reads it.
 *
 * A fact that cannot be read (an I/O error, a loop of links, a folder that others can write in) is unknown: `unknown` has
 * the reason, and the fact itself holds what could be read, or the value of an empty machine. Modules read facts as ever. A
 * module that reads an unknown fact fails with that reason, and the other modules go on; one that names the fact in
 * `assumes` plans with the value that is there, and the reason is reported beside its plan. So no module has to ask whether
 * a fact is known.
 */
export interface Facts {
  /** Cores that are online. */
  readonly cpus: number;
  /** MemTotal as the kernel tells it, in KiB. */
  readonly memoryKiB: number;
  readonly hostname: string;
  readonly network: Network;
  readonly disks: readonly Disk[];
  readonly mounts: readonly Mount[];
  /** Swaps in use, by path. */
  readonly swaps: readonly string[];
  readonly os: OperatingSystem;
  readonly platform: Platform;
  readonly selinux: 'enforcing' | 'permissive' | 'disabled';
  /** The version of systemd, 0 where there is none. */
  readonly systemd: number;
  /** Which shell /bin/sh is: "dash", "bash". */
  readonly sh: string;
  /** Which of the programs that plans depend on are installed, by name. */
  readonly programs: readonly string[];
  /** Files and folders that plans depend on and that are there, by path. */
  readonly paths: readonly string[];
  readonly users: readonly Account[];
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[];
  /** The facts that could not be read, each with the reason. */
  readonly unknown?: { readonly [fact in FactName]?: string };
}

export type FactName = Exclude<keyof Facts, 'unknown'>;

export interface Network {
  /** The interface of the default route, and its first IPv4 address (or IPv6 where there is no other). */
  readonly interface: string | undefined;
  readonly address: string | undefined;
  readonly interfaces: readonly Interface[];
  /** Files by which somebody else sets up interfaces. */
  readonly files?: readonly NetworkFile[];
}

export interface NetworkFile {
  readonly path: string;
  readonly mac?: string;
  readonly name?: string;
  /** Whether it gives addresses of its own. */
  readonly static: boolean;
  /** Why it, or the folder, could not be read: what it sets up is not known. */
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
  /** What it holds ("ext4"), "" where that is nothing we know; left out where it could not be looked at. */
  readonly filesystem?: string;
  readonly partitions: readonly {
    readonly path: string;
    readonly number: number;
    /** In bytes from the start of the disk. */
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
  /** Major and minor of the device, as "8:1". */
  readonly device: string;
  readonly bytes: number;
  readonly freeBytes: number;
}

export interface OperatingSystem {
  /** ID of os-release: "rocky". */
  readonly id: string;
  /** The family it belongs to, which decides paths and tools. */
  readonly family: 'redhat' | 'debian' | 'other';
  readonly version: string;
  readonly name: string;
}

/** What firmware and kernel say about where we run; datasources are chosen from this alone. */
export interface Platform {
  readonly vendor: string;
  readonly product: string;
  readonly serial: string;
  /** Lower case, as the firmware orders its bytes. */
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
