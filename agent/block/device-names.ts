import type { ReadHost } from '../host/host.ts';

/** Where udev keeps the nodes that the words of an fstab name. */
const folders: Readonly<Record<string, string>> = {
  LABEL: '/dev/disk/by-label',
  UUID: '/dev/disk/by-uuid',
  PARTLABEL: '/dev/disk/by-partlabel',
  PARTUUID: '/dev/disk/by-partuuid',
};

/** The kernel's node for a device as people write it: a path, a link to one, "LABEL=data". */
export async function nodeOf(spec: string, host: ReadHost): Promise<string> {
  const [, tag = '', name = ''] = /^([A-Z]+)=(.*)$/.exec(spec) ?? [];
  const folder = folders[tag];
  const path = folder === undefined ? spec : `${folder}/${name.replaceAll('/', '\\x2f')}`;
  if (!path.startsWith('/dev/')) return path;
  const target = await host.readLink(path);
  return target === undefined ? path : `/dev/${target.replace(/^(?:\.\.\/)+|^\/dev\//, '')}`;
}

/** A loop device with no file behind it: the kernel makes eight, whether anybody wants one or not. */
export const isIdleLoop = async (name: string, host: ReadHost): Promise<boolean> =>
  /^loop\d+$/.test(name) && !(await host.stat(`/sys/class/block/${name}/loop`));
