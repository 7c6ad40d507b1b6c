import { type DriveVolume, mostBytes } from '../block/drive-bytes.ts';
import type { ReadHost } from '../host/host.ts';
import { badMetadata, type Tree } from './tree.ts';

/** A tree of metadata in a folder of the machine. */
export const folderTree = (host: ReadHost, folder: string): Tree =>
  treeOf(
    (path) => `${folder.replace(/\/+$/, '')}/${path}`,
    (path) => host.readBytes(`${folder}/${path}`),
  );

/** A tree of metadata on a drive that is not mounted. */
export const volumeTree = (volume: DriveVolume, device: string): Tree =>
  treeOf(
    (path) => `${path} on ${device}`,
    (path) => volume.read(path),
  );

/** Everything of a tree that lies below a folder of it. */
export const below = (tree: Tree, folder: string): Tree => ({
  where: (path) => tree.where(`${folder}/${path}`),
  read: (path, wrong) => tree.read(`${folder}/${path}`, wrong),
  ...(tree.still && { still: true }),
});

/** Files do not get better by asking again: what is wrong with one is a problem at once. */
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
