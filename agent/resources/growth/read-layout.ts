import { imageModeMark, physicalRoot } from '../../base/image-mode.ts';
import { type Block, blockAt, blockNamed, blockOf } from '../../block/block-device.ts';
import { minimumGrowth } from '../../engine/kinds/growth-step.ts';
import type { ReadHost } from '../../host/host.ts';
import { type Mounted, mountAt, mountsIn } from '../../host/mountinfo.ts';
import { btrfsMember, filesystemOf } from './filesystem-layout.ts';
import type { Device, GrowthLayout, Partition, WholeDisk } from './layout.ts';
import { endOfDisk } from './partition-table.ts';
import { readTable, sectorBytesOf } from './read-table.ts';
import { readVolume } from './read-volume.ts';

/** Reads the devices under a mount point or a device, down to its disk, or returns why nothing can grow there. */
export async function readLayout(target: string, host: ReadHost): Promise<GrowthLayout | { readonly not: string }> {
  const mountinfo = (await host.readText('/proc/self/mountinfo')) ?? '';
  const isNode = target.startsWith('/dev/');
  const named = isNode ? await blockAt(target, host) : undefined;
  if (isNode && !named) return { not: `there is no ${target}` };
  const mount = isNode
    ? mountsIn(mountinfo).findLast(({ source }) => source === target || source === named?.path)
    : target === '/' && (await host.stat(imageModeMark))
      ? physicalMount(mountinfo)
      : mountAt(mountinfo, target);
  if (!mount && !named) return { not: `nothing is mounted on ${target}` };
  if (mount && ['overlay', 'tmpfs', 'squashfs', 'nfs', 'nfs4', '9p', 'virtiofs', 'zfs'].includes(mount.type)) {
    return { not: `${target} is ${mount.type}, which has no partition of its own` };
  }
  // A mount of btrfs has no device number of its own.
  const block =
    named ?? (mount && (await (mount.type === 'btrfs' ? blockAt(mount.source, host) : blockOf(mount.device, host))));
  if (!block) return { not: `${target} lies on no block device` };
  // A container sees the disk of its host in /sys, but has no node for it.
  if (!(await host.stat(block.path))) return { not: `there is no ${block.path} here` };
  const device = await readDevice(block, host);
  if (mount?.type !== 'btrfs') return { filesystem: await filesystemOf(block.path, mount, host), device };
  const member = await btrfsMember(block.path, host);
  if ('not' in member) return member;
  return { filesystem: { ...mount, mount: mount.target, bytes: member.bytes, member: member.id }, device };
}

/**
 * Returns a mount of the physical root file system of an image-mode system, whose `/` is a view of it. /sysroot is usually
 * read-only, and growing needs a mount that can be written: /var and /etc are on the same file system.
 */
function physicalMount(mountinfo: string): Mounted | undefined {
  const physical = mountAt(mountinfo, physicalRoot);
  if (!physical) return mountAt(mountinfo, '/');
  const others = mountsIn(mountinfo).filter(({ device, target }) => device === physical.device && target !== '/');
  return others.find(({ readOnly }) => !readOnly) ?? physical;
}

/** Reads a device and everything under it. */
export async function readDevice(block: Block, host: ReadHost): Promise<Device> {
  const { path, bytes, mapped = '', isArray } = block;
  if (mapped.startsWith('LVM-')) return readVolume(block, host, readDevice);
  if (mapped.startsWith('CRYPT-'))
    return { is: 'opaque', path, bytes, because: 'encrypted with LUKS, which is not grown' };
  if (mapped !== '') return { is: 'opaque', path, bytes, because: 'a mapped device, which is not grown' };
  if (isArray) return { is: 'opaque', path, bytes, because: 'a software RAID, which is not grown' };
  return block.partition ? readPartition(block, block.partition, host) : diskOf(block);
}

async function readPartition(
  { path, bytes }: Block,
  { number, disk: name, start }: NonNullable<Block['partition']>,
  host: ReadHost,
): Promise<Device> {
  const whole = await blockNamed(name, host);
  if (!whole) return { is: 'opaque', path, bytes, because: `on ${name}, which cannot be seen` };
  const partition = { is: 'partition', path, bytes, number, disk: diskOf(whole) } as const satisfies Partial<Partition>;
  // A partition that ends where its disk ends cannot grow: most boots need not read the table.
  const room = whole.bytes - (start + bytes);
  const isFull =
    room < minimumGrowth || (room < 2 * minimumGrowth && room - (await backupBytes(whole, host)) < minimumGrowth);
  return { ...partition, table: isFull ? undefined : await readTable(whole.path, host) };
}

/** Returns the bytes at the end of a disk that its backup GPT occupies; 0 without a GPT. */
async function backupBytes({ path, bytes }: Block, host: ReadHost): Promise<number> {
  const sectorBytes = await sectorBytesOf(path, host);
  const head = await host.readBytes(path, { from: sectorBytes, length: 8 }).catch(() => undefined);
  if (!head || Buffer.from(head).toString('latin1') !== 'EFI PART') return 0;
  const end = endOfDisk({ label: 'gpt', sectorBytes }, bytes).sector * sectorBytes;
  return bytes - Math.floor(end / minimumGrowth) * minimumGrowth;
}

const diskOf = ({ path, bytes, readOnly }: Block): WholeDisk => ({ is: 'disk', path, bytes, readOnly });
