import { type DriveVolume, mostBytes } from '../block/drive-bytes.ts';
import type { ReadHost } from '../host/host.ts';
import { badMetadata, type Tree } from './tree.ts';

/** Returns a metadata tree in a directory of the machine. */
export const folderTree = (host: ReadHost, folder: string): Tree =>
  treeOf(
    (path) => `${folder.replace(/\/+$/, '')}/${path}`,
    (path) => host.readBytes(`${folder}/${path}`),
  );

/** Returns a metadata tree on a drive that is not mounted. */
export const volumeTree = (volume: DriveVolume, device: string): Tree =>
  treeOf(
    (path) => `${path} on ${device}`,
    (path) => volume.read(path),
  );

/** Returns the part of a tree below one of its directories. */
export const below = (tree: Tree, folder: string): Tree => ({
  where: (path) => tree.where(`${folder}/${path}`),
  read: (path, wrong) => tree.read(`${folder}/${path}`, wrong),
  ...(tree.still && { still: true }),
});

/** Returns a tree of files. A retry cannot improve a file, so an invalid one is a problem at once. */
function treeOf(where: Tree['where'], bytes: (path: string) => ReturnType<DriveVolume['read']>): Tree {
  return {
    where,
    still: true,
    async read(path, wrong) {
      const body = await bytes(path);
      if (body === 'too large')
        throw badMetadata(where(path), `more than ${mostBytes / 2 ** 20} MiB, which is not read`);
      const reason = body && wrong?.(body);
      if (reason !== undefined) throw badMetadata(where(path), reason);
      return body;
    },
  };
}
