import type { ReadHost } from '../../host/host.ts';

/** What runs on in the background when bootagent has ended, and is told by `bootagent status`. */
export const cvmfsProbe = { name: 'cvmfs probe', unit: 'bootagent-cvmfs-probe.service' } as const;

/** How far each is that was begun since the machine started. */
export async function probesOf(host: ReadHost): Promise<Readonly<Record<string, string>>> {
  if (host.offline || !(await host.stat(`/run/systemd/transient/${cvmfsProbe.unit}`))) return {};
  const { stdout } = await host.query(['systemctl', 'is-active', cvmfsProbe.unit]);
  const word = stdout.trim();
  const how = {
    active: 'every repository answers',
    activating: 'still asking',
    failed: 'a repository does not answer',
  };
  return { [cvmfsProbe.name]: word in how ? how[word as keyof typeof how] : word };
}
