import type { ReadHost } from '../host/host.ts';
import { badMetadata, type Tree } from './tree.ts';

/** A tree of metadata in a folder of the machine. */
export function folderTree(host: ReadHost, folder: string): Tree {
  const where = (path: string): string => `${folder.replace(/\/+$/, '')}/${path}`;
  return {
    where,
    async read(path, wrong) {
      const body = await host.readBytes(where(path));
      const reason = body && wrong?.(body);
      if (reason !== undefined) throw badMetadata(where(path), reason);
      return body;
    },
  };
}
