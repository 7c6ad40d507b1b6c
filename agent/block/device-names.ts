import { mapOf } from '../base/map-of.ts';
import type { ReadHost } from '../host/host.ts';

/** The directories of udev's links, by the keyword of fstab. */
const folders = mapOf({
  LABEL: '/dev/disk/by-label',
  UUID: '/dev/disk/by-uuid',
  PARTLABEL: '/dev/disk/by-partlabel',
  PARTUUID: '/dev/disk/by-partuuid',
});

/** Returns the kernel's node for a device as users write it: a path, a link, "LABEL=data". */
export async function nodeOf(spec: string, host: ReadHost): Promise<string> {
  const [, tag = '', name = ''] = /^([A-Z]+)=(.*)$/.exec(spec) ?? [];
  const folder = folders.get(tag);
  const path = folder === undefined ? spec : `${folder}/${name.replaceAll('/', '\\x2f')}`;
  if (!path.startsWith('/dev/')) return path;
  const target = await host.readLink(path);
  return target === undefined ? path : `/dev/${target.replace(/^(?:\.\.\/)+|^\/dev\//, '')}`;
}

/** Whether this is a loop device without a backing file: the kernel creates eight of them. */
export const isIdleLoop = async (name: string, host: ReadHost): Promise<boolean> =>
  /^loop\d+$/.test(name) && !(await host.stat(`/sys/class/block/${name}/loop`));
