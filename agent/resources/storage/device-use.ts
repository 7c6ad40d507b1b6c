import { type Block, blockNamed } from '../../block/block-device.ts';
import type { ReadHost } from '../../host/host.ts';
import { mountsIn } from '../../host/mountinfo.ts';
import { usedBytes } from './swap-file.ts';

/** Returns the partitions of a disk, by their number. */
export async function partitionsOf({ name }: Block, host: ReadHost): Promise<Block[]> {
  const parts: Block[] = [];
  for (const each of await host.list(`/sys/class/block/${name}`)) {
    const block = each.startsWith(name) ? await blockNamed(each, host) : undefined;
    if (block?.partition) parts.push(block);
  }
  return parts.toSorted((a, b) => (a.partition?.number ?? 0) - (b.partition?.number ?? 0));
}

/** Whether a device is mounted, part of a mapped device or an array, or a swap. */
export async function isInUse({ name, path }: Block, host: ReadHost): Promise<boolean> {
  const mounts = mountsIn((await host.readText('/proc/self/mountinfo')) ?? '');
  const device = (await host.readText(`/sys/class/block/${name}/dev`))?.trim();
  const isMounted = mounts.some((mount) => mount.device === device || mount.source === path);
  const isHeld = (await host.list(`/sys/class/block/${name}/holders`)).length > 0;
  return isMounted || isHeld || (await usedBytes(path, host)) !== undefined;
}
