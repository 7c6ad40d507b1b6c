import { Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';

/** The bytes of a disk, read piece by piece and never written. */
export interface ImageBytes {
  readonly size: number;
  /** Returns up to `length` bytes: fewer at the end of the disk. */
  read(from: number, length: number): Promise<Buffer>;
}

/** Opens a file or a block device of this machine. */
export async function bytesOf(path: string, host: ReadHost): Promise<ImageBytes> {
  const stat = await host.stat(path);
  const target = stat?.type === 'link' ? await host.readLink(path) : undefined;
  if (target !== undefined) return bytesOf(target.startsWith('/') ? target : `${folderOf(path)}/${target}`, host);
  if (stat?.type !== 'file' && stat?.type !== 'block') {
    throw new Problem('bad-input', `--disk ${path}: ${stat ? 'is neither a file nor a disk' : 'no such file'}`);
  }
  const size = stat.type === 'file' ? stat.size : await sizeOf(stat.rdev, host);
  return {
    size,
    read: async (from, length) => {
      if (from >= size || length <= 0) return Buffer.alloc(0);
      const piece = { from, length: Math.min(length, size - from) };
      return Buffer.from((await host.readBytes(path, piece)) ?? []);
    },
  };
}

/** Returns a part of a disk as a separate disk. */
export const partOf = (whole: ImageBytes, start: number, size: number): ImageBytes => ({
  size,
  read: (from, length) => whole.read(start + from, Math.max(0, Math.min(length, size - from))),
});

async function sizeOf(device: string, host: ReadHost): Promise<number> {
  const sectors = await host.readText(`/sys/dev/block/${device}/size`);
  return Number(sectors?.trim() ?? 0) * 512;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
