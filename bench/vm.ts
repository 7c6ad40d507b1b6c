import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Boot } from '../test/machine/support/boot.ts';
import type { Release } from '../test/machine/support/trees.ts';
import { ec2Firmware } from '../test/vm/support/expect.ts';
import { machine } from '../test/vm/support/vm.ts';

/**
 * `npm run bench:vm`: boots the same image with the agent, with the distribution's cloud-init and with neither, on a
 * clock of instructions (1 s is 1e9 of them, whatever else the host does), and prints what each costs. As root.
 */
const cloudInit = [
  'cloud-init-local.service',
  'cloud-init.service',
  'cloud-init-main.service',
  'cloud-init-network.service',
  'cloud-config.service',
  'cloud-final.service',
];
const bootagent = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];

interface Peer {
  readonly name: string;
  readonly release: Release;
  readonly packages: readonly string[];
  readonly units: readonly string[];
  readonly bare: boolean;
  /** The unit that is reached when all is done. */
  readonly end: string;
}

const peers: readonly Peer[] = [
  { name: 'nobody', release: 'bookworm', packages: [], units: [], bare: true, end: 'multi-user.target' },
  { name: 'bootagent', release: 'bookworm', packages: [], units: bootagent, bare: false, end: 'bootagent.target' },
  {
    name: 'cloud-init of Debian 12',
    release: 'bookworm',
    packages: ['cloud-init'],
    units: cloudInit,
    bare: true,
    end: 'cloud-init.target',
  },
  { name: 'nobody, Debian 13', release: 'trixie', packages: [], units: [], bare: true, end: 'multi-user.target' },
  {
    name: 'bootagent, Debian 13',
    release: 'trixie',
    packages: [],
    units: bootagent,
    bare: false,
    end: 'bootagent.target',
  },
  {
    name: 'cloud-init of Debian 13',
    release: 'trixie',
    packages: ['cloud-init'],
    units: cloudInit,
    bare: true,
    end: 'cloud-init.target',
  },
];

const cases = {
  minimal: '#cloud-config\n',
  'worker node': `#cloud-config
disable_root: true
swap: {filename: /swap, size: 64M, maxsize: 64M}
write_files:
  - {path: /etc/condor/config.d/50-site, content: "CONDOR_HOST = 10.161.0.2\\n"}
  - {path: /etc/cvmfs/default.local, content: "CVMFS_HTTP_PROXY='http://squid:3128'\\n"}
runcmd:
  - [sh, -c, 'echo NUM_CPUS = $(nproc) >>/etc/condor/config.d/50-site']
  - echo done
`,
} as const;

interface Cost {
  readonly cpu: number;
  readonly ssh: number;
  readonly end: number;
  readonly peakMiB: number;
  readonly processes: number;
  readonly requests: number;
}

const wanted = process.argv.slice(2);
const chosen = peers.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
for (const [what, userData] of Object.entries(cases)) {
  for (const peer of chosen) {
    for (const [boot, cost] of Object.entries(await costsOf(peer, userData)))
      print(`${what}, ${boot}`, peer.name, cost);
  }
}

async function costsOf(peer: Peer, userData: string): Promise<Readonly<Record<string, Cost>>> {
  const probe = {
    forks: "awk '/^processes/ { print $2 }' /proc/stat",
    keygen: 'cat /run/keygen-cpu',
    peaks: 'cat /run/peak-*',
    units: `systemctl show --property=Id,CPUUsageNSec,ActiveEnterTimestampMonotonic ${[...peer.units, peer.end].join(' ')}`,
  };
  await using vm = await machine({
    release: peer.release,
    extra: peer.packages,
    bare: peer.bare,
    probe,
    prepare: async (root) => instrument(root, peer.units),
  });
  const once = async () => {
    await vm.cloud.serve({ keys: { visitor: vm.key }, userData }, 'imdsv2');
    const boot = await vm.boot({ smbios: ec2Firmware, counted: true, append: 'ds=ec2' });
    return costOf(boot, peer, (await vm.cloud.silence()).length);
  };
  return { 'first boot': await once(), 'second boot': await once() };
}

/** Has each unit write down its peak memory, and ssh-keygen what it burns: that is luck, and is taken off again. */
function instrument(root: string, units: readonly string[]): void {
  for (const unit of units) {
    mkdirSync(join(root, `etc/systemd/system/${unit}.d`), { recursive: true });
    writeFileSync(
      join(root, `etc/systemd/system/${unit}.d/peak.conf`),
      `[Service]\nExecStartPost=-/bin/sh -c 'cat /sys/fs/cgroup/system.slice/${unit}/memory.peak >/run/peak-${unit}'\n`,
    );
  }
  const keygen = join(root, 'usr/bin/ssh-keygen');
  renameSync(keygen, `${keygen}.real`);
  writeFileSync(
    keygen,
    '#!/bin/sh\n/usr/bin/ssh-keygen.real "$@"\ncode=$?\ntimes | tail -n 1 >>/run/keygen-cpu\nexit $code\n',
  );
  chmodSync(keygen, 0o755);
}

function costOf(boot: Boot, peer: Peer, requests: number): Cost {
  const shown = boot
    .read('units')
    .split('\n\n')
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split('=', 2))));
  const seconds = (nanoseconds: string | undefined) => (Number(nanoseconds) < 1e15 ? Number(nanoseconds) / 1e9 : 0);
  const units = shown.filter(({ Id }) => peer.units.includes(Id ?? ''));
  const keygen = [...boot.read('keygen').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  );
  const end = shown.find(({ Id }) => Id === peer.end)?.ActiveEnterTimestampMonotonic ?? '0';
  const peaks = boot.read('peaks').split('\n').map(Number).filter(Number.isFinite);
  return {
    cpu: units.reduce((sum, { CPUUsageNSec }) => sum + seconds(CPUUsageNSec), 0) - keygen,
    ssh: Number(boot.unit('ssh.service').ActiveEnterTimestampMonotonic) / 1e6,
    end: Number(end) / 1e6,
    peakMiB: Math.max(0, ...peaks) / 2 ** 20,
    processes: Number(boot.read('forks').trim()),
    requests,
  };
}

function print(what: string, who: string, { cpu, ssh, end, peakMiB, processes, requests }: Cost): void {
  const figures = [
    `${cpu.toFixed(2)} s CPU`,
    `ssh at ${ssh.toFixed(2)} s`,
    `end at ${end.toFixed(2)} s`,
    `${peakMiB.toFixed(0)} MiB`,
  ];
  console.log(
    [what.padEnd(26), who.padEnd(26), ...figures, `${processes} processes`, `${requests} requests`].join('  '),
  );
}
