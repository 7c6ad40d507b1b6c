import { asProblem } from '../../base/problem.ts';
import { btrfsAt, btrfsSuperblock, extLength, extSuperblock } from '../../block/superblocks.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Mounted } from '../../host/mountinfo.ts';
import type { FileSystem } from './layout.ts';

/** Reads the file system on a device and its size; undefined if there is none that grows unmounted. */
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

/** ext grows unmounted; others only while mounted. */
async function unmountedType(device: string, host: ReadHost): Promise<string | undefined> {
  return (await extBytes(device, host)) === undefined ? undefined : 'ext4';
}

/** Reads the size of an ext file system from the disk, where the kernel keeps the superblock up to date. */
async function extBytes(device: string, host: ReadHost): Promise<number | undefined> {
  const bytes = await pieceOf(device, { from: extLength, length: extLength }, host);
  return bytes && extSuperblock(bytes)?.size;
}

/** Reads the size of an xfs from the kernel, since xfs caches its superblock; `-n` changes nothing. */
async function xfsBytes(mount: string, host: ReadHost): Promise<number | undefined> {
  const { stdout } = await host.query(['xfs_growfs', '-n', mount]);
  const [, block, blocks] = /^data\s*=\s*bsize=(\d+)\s+blocks=(\d+)/m.exec(stdout) ?? [];
  return block === undefined ? undefined : Number(block) * Number(blocks);
}

/** Reads from its superblock how much of a device btrfs uses, and the id of the device. */
export async function btrfsMember(
  device: string,
  host: ReadHost,
): Promise<{ readonly id: string; readonly bytes: number } | { readonly not: string }> {
  const found = btrfsSuperblock((await pieceOf(device, btrfsAt, host)) ?? new Uint8Array());
  if (!found) return { not: `${device} has no superblock of btrfs` };
  const { contents, deviceId: id, devices } = found;
  if (devices > 1) return { not: `${device} is one of ${devices} devices of a btrfs file system, which is not grown` };
  return { id, bytes: contents.size };
}

/** In a container even root may be denied the disk of the host: that is unknown, not a failure. */
async function pieceOf(
  device: string,
  piece: { readonly from: number; readonly length: number },
  host: ReadHost,
): Promise<Uint8Array | undefined> {
  try {
    return await host.readBytes(device, piece);
  } catch (error) {
    const code = (asProblem(error).cause as NodeJS.ErrnoException | undefined)?.code;
    if (host.privileged && (code === 'EPERM' || code === 'EACCES')) return undefined;
    throw error;
  }
}
