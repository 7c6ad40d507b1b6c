import type { ReadHost } from '../host/host.ts';
import type { UnitTime } from './model.ts';

/** The units that the agent's own wait for, or that wait for these. */
const around = [
  'local-fs.target',
  'sysinit.target',
  'network.target',
  'NetworkManager.service',
  'systemd-networkd.service',
  'NetworkManager-wait-online.service',
  'systemd-networkd-wait-online.service',
  'network-online.target',
  'sshd.service',
  'ssh.service',
  'multi-user.target',
] as const;

/** Returns when these units started in the current boot; an empty list without systemd. */
export async function unitTimes(host: ReadHost): Promise<readonly UnitTime[]> {
  const properties = 'Id,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic';
  const { stdout } = await host
    .query(['systemctl', 'show', `--property=${properties}`, ...around])
    .catch(() => ({ stdout: '' }));
  return unitTimesIn(stdout);
}

/** Reads the output of "systemctl show": microseconds since the kernel started, and 0 for what did not happen. */
export function unitTimesIn(text: string): readonly UnitTime[] {
  return text.split('\n\n').flatMap((block) => {
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    const name = value('Id');
    const [began, active] = [
      Number(value('InactiveExitTimestampMonotonic')) / 1000,
      Number(value('ActiveEnterTimestampMonotonic')) / 1000,
    ];
    if (name === '' || !(active > 0)) return [];
    const at = began > 0 ? Math.min(began, active) : active;
    return [{ name, at, ms: active - at }];
  });
}
