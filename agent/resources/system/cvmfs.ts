import { asProblem, Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { cvmfsProbe } from './cvmfs-probe.ts';

/** Runs cvmfs_config: sets up what CVMFS needs of the system, reloads its configuration, or probes its repositories. */
export const cvmfsHandler: ActHandler<ChangeOf<'cvmfs'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ does }) => does,
  intent: ({ does }) => `cvmfs_config ${does}`,

  async perform({ does }, host) {
    try {
      if (does === 'probe') await inBackground(host);
      else await host.run(['cvmfs_config', does]);
    } catch (error) {
      if (asProblem(error).code !== 'command-missing') throw error;
      const hint = 'Add cvmfs to "packages", or to the image.';
      throw new Problem('not-installed', 'cvmfs_config is not installed', { hint, cause: error });
    }
  },
};

/** Starts the probe without waiting: a repository that does not answer takes long. `bootagent status` reports the result. */
async function inBackground(host: Parameters<(typeof cvmfsHandler)['perform']>[1]): Promise<void> {
  const unit = `--unit=${cvmfsProbe.unit}`;
  await host.run(['systemctl', 'reset-failed', cvmfsProbe.unit], { accept: [0, 1, 5] });
  await host.run(['systemctl', 'stop', cvmfsProbe.unit], { accept: [0, 1, 5] });
  const argv = ['systemd-run', unit, '--no-block', '--property=Type=oneshot', '--remain-after-exit'];
  await host.run([...argv, 'cvmfs_config', 'probe']);
}
