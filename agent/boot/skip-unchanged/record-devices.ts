import type { ReadHost } from '../../host/host.ts';
import { mountsIn } from '../../host/mountinfo.ts';
import { type BootSnapshot, blockLength } from './boot-snapshot.ts';
import type { PathRecorder } from './record-paths.ts';

/** File systems of system disks. A mounted one changes all the time. */
const systemFileSystems = /^(?:ext[234]|xfs|btrfs|f2fs)$/;

/** The part of a file that a read asks for. */
export type Piece = NonNullable<Parameters<ReadHost['readBytes']>[1]>;

/**
 * Returns the reader of devices: it records the blocks that it reads. Of a mounted system disk, only the mount and the size are
 * recorded.
 */
export function deviceReader(host: ReadHost, snapshot: BootSnapshot, paths: PathRecorder) {
  let mounts: ReturnType<typeof mountsIn> | undefined;

  return async (path: string, piece: Piece): Promise<Uint8Array | undefined> => {
    const target = await mountPointOf(path);
    if (target !== undefined) {
      paths.recordSpace(target);
      return host.readBytes(path, piece);
    }
    const last = Math.floor((piece.from + piece.length - 1) / blockLength);
    for (const block of new Set([0, ...range(Math.floor(piece.from / blockLength), last)]))
      snapshot.block(path, block, await bytesOf(path, block * blockLength));
    return host.readBytes(path, piece);
  };

  /** Returns no bytes for a drive without a medium, which the shell script cannot read either. */
  async function bytesOf(path: string, from: number): Promise<Uint8Array> {
    return (await host.readBytes(path, { from, length: blockLength }).catch(() => undefined)) ?? new Uint8Array();
  }

  /** Returns where a device is mounted, if its file system is one for system disks: a seed may have any other. */
  async function mountPointOf(path: string): Promise<string | undefined> {
    const number = (await host.stat(path))?.rdev;
    mounts ??= mountsIn((await host.readText('/proc/self/mountinfo')) ?? '');
    return mounts.find(
      ({ type, device, source }) => systemFileSystems.test(type) && (device === number || source === path),
    )?.target;
  }
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
