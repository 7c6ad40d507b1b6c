import type { Release } from '../../test/machine/support/trees.ts';

/** An agent to measure, or a system without one, under its name on the command line. */
export interface Peer {
  readonly name: string;
  readonly release: Release;
  readonly packages: readonly string[];
  /** Units whose CPU time, memory and programs are counted. */
  readonly units: readonly string[];
  /** The unit that is active when everything is done. */
  readonly end: string;
  /** Command that prints the version. */
  readonly version: string;
  readonly kind: 'no-agent' | 'bootagent' | 'cloud-init';
}

const cloudInitUnits = [
  'cloud-init-main.service',
  'cloud-init-local.service',
  'cloud-init-network.service',
  'cloud-init.service',
  'cloud-config.service',
  'cloud-final.service',
];
const bootagentUnits = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];

/** Cloud images include cloud-guest-utils, with which cloud-init grows the root file system. */
const cloudInitPackages = ['cloud-init', 'cloud-guest-utils'];

const releases = { bookworm: 'debian-12', trixie: 'debian-13' } as const;

export const peers: readonly Peer[] = (['bookworm', 'trixie'] as const).flatMap((release): readonly Peer[] => {
  const suffix = releases[release];
  return [
    {
      name: `no-agent/${suffix}`,
      kind: 'no-agent',
      release,
      packages: [],
      units: [],
      end: 'multi-user.target',
      version: 'uname -r',
    },
    {
      name: `bootagent/${suffix}`,
      kind: 'bootagent',
      release,
      packages: [],
      units: bootagentUnits,
      end: 'bootagent.target',
      version: 'bootagent version',
    },
    {
      name: `cloud-init/${suffix}`,
      kind: 'cloud-init',
      release,
      packages: cloudInitPackages,
      units: cloudInitUnits,
      end: 'cloud-init.target',
      version: 'cloud-init --version',
    },
  ];
});

const worker = `#cloud-config
disable_root: true
swap: {filename: /swap, size: 64M, maxsize: 64M}
write_files:
  - {path: /etc/condor/config.d/50-site, content: "CONDOR_HOST = 10.161.0.2\\n"}
  - {path: /etc/cvmfs/default.local, content: "CVMFS_HTTP_PROXY='http://squid:3128'\\n"}
runcmd:
  - [sh, -c, 'echo NUM_CPUS = $(nproc) >>/etc/condor/config.d/50-site']
  - echo done
`;
const bootcmd = 'bootcmd:\n  - passwd --lock root\n';

interface Setting {
  readonly userData: string;
  /** The image has host keys, as one that was not sealed. */
  readonly hostKeys?: true;
  /** The image names no datasource: bootagent detects it. cloud-init's is always named. */
  readonly anySource?: true;
}

/** What each case sets up. */
export const cases = {
  minimal: { userData: '#cloud-config\n' },
  worker: { userData: worker },
  // Work at each boot.
  bootcmd: { userData: worker + bootcmd },
  'after-sshd': { userData: `${worker}${bootcmd}bootcmd_after_sshd: true\n` },
  'host-keys': { userData: '#cloud-config\n', hostKeys: true },
  'any-source': { userData: '#cloud-config\n', anySource: true },
} as const satisfies Readonly<Record<string, Setting>>;
export type Case = keyof typeof cases;

export const settingOf = (what: Case): Setting => cases[what];
