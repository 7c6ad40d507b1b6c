import type { ReadHost } from '../host/host.ts';
import type { FileSystem } from './layout.ts';
import type { Mounted } from './mountinfo.ts';
import { lastLine } from './read-table.ts';

/** The file system on a device and how much of it that takes, or undefined where there is none that grows unmounted. */
export async function filesystemOf(
  device: string,
  mount: Mounted | undefined,
  host: ReadHost,
): Promise<FileSystem | undefined> {
  const type = mount?.type ?? (await unmountedType(device, host));
  if (type === undefined) return undefined;
  const bytes = type.startsWith('ext')
    ? await extBytes(device, host)
    : type === 'xfs' && mount
      ? await xfsBytes(mount.target, host)
      : undefined;
  return { type, bytes, mount: mount?.target, readOnly: mount?.readOnly ?? false };
}

/** An ext file system may grow unmounted; any other is left to its mount. */
async function unmountedType(device: string, host: ReadHost): Promise<string | undefined> {
  return (await extBytes(device, host)) === undefined ? undefined : 'ext4';
}

/** The superblock of ext2, ext3 and ext4, read as it lies on the disk: the kernel keeps it up to date there. */
async function extBytes(device: string, host: ReadHost): Promise<number | undefined> {
  const bytes = await host.readBytes(device, { from: 1024, length: 1024 });
  if (!bytes || bytes.length < 1024) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0x38, true) !== 0xef53) return undefined;
  const has64Bits = (view.getUint32(0x60, true) & 0x80) !== 0;
  const blocks = view.getUint32(0x04, true) + (has64Bits ? view.getUint32(0x150, true) * 2 ** 32 : 0);
  return blocks * 2 ** (10 + view.getUint32(0x18, true));
}

/** xfs keeps its own cache of the superblock, so the kernel is asked: `-n` changes nothing. */
async function xfsBytes(mount: string, host: ReadHost): Promise<number | undefined> {
  const { stdout } = await host.query(['xfs_growfs', '-n', mount]);
  const [, block, blocks] = /^data\s*=\s*bsize=(\d+)\s+blocks=(\d+)/m.exec(stdout) ?? [];
  return block === undefined ? undefined : Number(block) * Number(blocks);
}

export interface Member {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
}

/** The device that a btrfs file system is on. Its mount has no device number of its own, so btrfs is asked. */
export async function btrfsMember(mount: string, host: ReadHost): Promise<Member | { readonly not: string }> {
  const { code, stdout, stderr } = await host.query(['btrfs', 'filesystem', 'show', '--raw', mount]);
  if (code !== 0) return { not: `the devices of ${mount} cannot be told: ${lastLine(stderr)}` };
  const members = [...stdout.matchAll(/^\s*devid\s+(\d+) size (\d+) used \d+ path (\S+)/gm)];
  const [first] = members;
  if (!first) return { not: `btrfs tells of no device of ${mount}` };
  if (members.length > 1) return { not: `${mount} is btrfs on ${members.length} devices, which is not grown` };
  const [, id = '', bytes, path = ''] = first;
  return { id, path, bytes: Number(bytes) };
}
