import type { ReadHost } from '../../host/host.ts';
import type { NotChecked } from './check.ts';

/** Returns the device of the disk that holds this machine's root, by /proc and /sys. */
export async function ownDisk(host: ReadHost): Promise<string | NotChecked> {
  const mountinfo = (await host.readText('/proc/self/mountinfo')) ?? '';
  const root = mountinfo.split('\n').findLast((line) => line.split(' ')[4] === '/');
  const device = root?.split(' ')[2] ?? '';
  const type = root?.split(' - ')[1]?.split(' ')[0] ?? 'nothing';
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
