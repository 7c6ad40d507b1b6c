import { Problem } from '../../base/problem.ts';
import { nodeOf } from '../../block/device-names.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { MountedChange } from '../../engine/kinds/storage.ts';
import type { ReadHost } from '../../host/host.ts';
import { mountAt } from '../../host/mountinfo.ts';
import { realPath } from '../../host/real-path.ts';

/** Mounts what /etc/fstab has for a mount point. */
export const mountedHandler: StateHandler<MountedChange> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ target }) => target,

  async compare({ target, source, nofail }, host) {
    const mountinfo = (await host.readText('/proc/self/mountinfo')) ?? '';
    // The kernel shows a mount point without links: /mnt may be a link to /var/mnt.
    if (mountAt(mountinfo, target) ?? mountAt(mountinfo, await realPath(target, host))) return undefined;
    if (nofail && (await isMissing(source, host))) {
      return { holds: `${target} is not mounted: there is no ${source}; a boot that finds it mounts it`, warns: true };
    }
    return 'is not mounted';
  },

  async apply({ target, source }, host) {
    if (await isMissing(source, host)) throw new Problem('not-possible', `There is no ${source} to mount on ${target}`);
    await host.run(['mount', target]);
  },
};

/** Whether the source names a device that does not exist. */
async function isMissing(source: string, host: ReadHost): Promise<boolean> {
  const node = await nodeOf(source, host);
  if (node.startsWith('/dev/')) {
    // Without udev there are no links by label: mount must search.
    const isTag = node.startsWith('/dev/disk/') && (await host.list('/dev/disk')).length === 0;
    return !isTag && (await host.stat(node)) === undefined;
  }
  return false;
}
