import { imageModeMark, physicalRoot } from '../../base/image-mode.ts';
import type { ReadHost } from '../../host/host.ts';
import { mountAt } from '../../host/mountinfo.ts';
import type { NotChecked } from './check.ts';

/** Returns the device of the disk that holds this machine's root, by /proc and /sys. */
export async function ownDisk(host: ReadHost): Promise<string | NotChecked> {
  const root = (await host.stat(imageModeMark)) ? physicalRoot : '/';
  const { device = '', type = 'nothing' } = mountAt((await host.readText('/proc/self/mountinfo')) ?? '', root) ?? {};
  let folder = `/sys/dev/block/${device}`;
  if (!(await host.stat(folder))) return { notChecked: `root is on ${type}, not on a disk` };
  for (let below = await host.list(`${folder}/slaves`); below[0] !== undefined; ) {
    folder = `/sys/class/block/${below[0]}`;
    below = await host.list(`${folder}/slaves`);
  }
  const target = (await host.readLink(folder)) ?? '';
  const [above = '', name = ''] = target.split('/').slice(-2);
  const isPartition = (await host.readText(`${folder}/partition`)) !== undefined;
  return `/dev/${isPartition ? above : name}`;
}
