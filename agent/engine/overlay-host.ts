import type { ReadHost } from '../host/host.ts';
import type { Difference } from './handler.ts';

/** The machine as it will be after the changes found due so far; a preview reads from it. */
export interface OverlayHost extends ReadHost {
  include(difference: Difference): void;
}

/** Returns a host that overlays predicted changes, so that two changes of one file add up in a preview as in a run. */
export function overlayHost(host: ReadHost): OverlayHost {
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  const removed = new Set<string>();
  const rooms: { readonly path: string; readonly bytes: number }[] = [];
  return {
    ...host,
    readText: async (path) => files.get(path) ?? host.readText(path),
    readBytes: async (path, piece) => {
      const text = files.get(path);
      if (text === undefined) return host.readBytes(path, piece);
      const bytes = new TextEncoder().encode(text);
      return piece ? bytes.subarray(piece.from, piece.from + piece.length) : bytes;
    },
    space: async (path) => {
      const space = await host.space(path);
      const gained = rooms
        .filter((room) => isUnder(path, room.path))
        .toSorted((a, b) => b.path.length - a.path.length)[0];
      return space && gained ? { bytes: space.bytes + gained.bytes, free: space.free + gained.bytes } : space;
    },
    list: async (path) => {
      const names = await host.list(path);
      return removed.size === 0 ? names : names.filter((name) => !removed.has(`${path}/${name}`));
    },
    readLink: async (path) => links.get(path) ?? host.readLink(path),
    include({ file, tables = [], gone = [], room, link }) {
      for (const each of file ? [file, ...tables] : tables) files.set(each.path, each.after);
      for (const path of gone) removed.add(path);
      if (room) rooms.push(room);
      if (link) links.set(link.path, link.target);
    },
  };
}

const isUnder = (path: string, folder: string): boolean => folder === '/' || `${path}/`.startsWith(`${folder}/`);
