import type { ReadHost } from '../../host/host.ts';

/** The check that continues in the background after bootagent exits; `bootagent status` reports its state. */
export const cvmfsProbe = { name: 'cvmfs probe', unit: 'bootagent-cvmfs-probe.service' } as const;

const how: ReadonlyMap<string, string> = new Map([
  ['active', 'every repository answers'],
  ['activating', 'still asking'],
  ['failed', 'a repository does not answer'],
]);

/** Returns the state of each background check that was started since boot. */
export async function probesOf(host: ReadHost): Promise<Readonly<Record<string, string>>> {
  if (host.offline || !(await host.stat(`/run/systemd/transient/${cvmfsProbe.unit}`))) return {};
  const { stdout } = await host.query(['systemctl', 'is-active', cvmfsProbe.unit]);
  const word = stdout.trim();
  return { [cvmfsProbe.name]: how.get(word) ?? word };
}
