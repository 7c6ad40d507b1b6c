import type { Boot } from '../../test/machine/support/boot.ts';
import type { Peer } from './peers.ts';
import { programsOf, type Started } from './programs.ts';

/** The cost of one boot; times in seconds of the instruction clock. */
export interface Cost {
  /** CPU time of the peer's units, without ssh-keygen, whose time is random. */
  readonly cpu: number;
  readonly cpuOf: Readonly<Record<string, number>>;
  /** Time since kernel start until sshd was ready, and until everything was done, without the time of ssh-keygen. */
  readonly ssh: number;
  readonly end: number;
  readonly keygen: number;
  /** Peak memory of the largest unit, including page cache. */
  readonly peakMiB: number;
  readonly starts: number;
  readonly programs: readonly Started[];
  readonly requests: readonly string[];
  readonly version: string;
}

/** Probes that tests use and the benchmark disables, since each takes time. */
const unasked = ['failed', 'jobs', 'status', 'mounts', 'swaps', 'root', 'hostname', 'run'];

/** Returns the probes that record the data of a boot. */
export const probeOf = ({ units, end, version }: Peer): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(unasked.map((name) => [name, ':'])),
  trace: 'mount -t tracefs none /sys/kernel/tracing 2>/dev/null; cat /sys/kernel/tracing/trace',
  keygen: 'cat /sys/fs/cgroup/keygen/cpu.stat',
  peaks: 'grep -H . /run/peak-* || true',
  units: `systemctl show --property=Id,CPUUsageNSec,ExecMainPID,ActiveEnterTimestampMonotonic ${[...units, end, 'multi-user.target', 'ssh.service'].join(' ')}`,
  version,
});

export function costOf(boot: Boot, peer: Peer, requests: readonly string[]): Cost {
  const shown = new Map(
    boot
      .read('units')
      .trim()
      .split('\n\n')
      .map((block) => new Map(block.split('\n').map((line) => line.split('=', 2) as [string, string])))
      .map((unit) => [unit.get('Id') ?? '', unit]),
  );
  const number = (unit: string, property: string) => {
    const value = Number(shown.get(unit)?.get(property));
    return value < 2 ** 63 ? value : 0; // "not set", or all ones
  };
  const reached = (unit: string) => number(unit, 'ActiveEnterTimestampMonotonic') / 1e6;
  const keygen = Number(/^usage_usec (\d+)$/m.exec(boot.read('keygen'))?.[1] ?? 0) / 1e6;
  const cpuOf = Object.fromEntries(peer.units.map((unit) => [unit, number(unit, 'CPUUsageNSec') / 1e9]));
  const roots = peer.units.map((unit) => number(unit, 'ExecMainPID')).filter((pid) => pid > 0);
  const peaks = boot
    .read('peaks')
    .split('\n')
    .map((line) => Number(line.split(':')[1] ?? 0))
    .filter(Number.isFinite);
  return {
    cpu: Object.values(cpuOf).reduce((sum, each) => sum + each, 0),
    cpuOf,
    ssh: reached('ssh.service') - keygen,
    end: Math.max(reached(peer.end), reached('multi-user.target')) - keygen,
    keygen,
    peakMiB: Math.max(0, ...peaks) / 2 ** 20,
    starts: roots.length,
    programs: programsOf(boot.read('trace'), roots),
    requests,
    version: boot.read('version').trim(),
  };
}
