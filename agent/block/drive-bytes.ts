/** Bytes of a device, an image or a partition, read a piece at a time. */
export interface DriveBytes {
  /** Returns the bytes from there on, at most `length`. */
  read(from: number, length: number): Promise<Uint8Array>;
}

/** A file system that is read in process and never mounted, so that no kernel driver parses foreign bytes. */
export interface DriveVolume {
  readonly type: 'iso9660' | 'vfat';
  /** All its labels. */
  readonly labels: readonly string[];
  /** Returns the bytes of a file, or undefined if there is none. */
  read(path: string): Promise<Uint8Array | 'too large' | undefined>;
  /** Returns the sorted names in a directory; none if it does not exist. */
  list(path: string): Promise<readonly string[]>;
}

/** One entry of a directory of a volume. */
export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
}

/** Larger files are not read: metadata and user-data are never as large. */
export const mostBytes = 16 * 2 ** 20;

/** Reads little-endian numbers; offsets outside read as 0. */
export function numbers(bytes: Uint8Array): {
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
} {
  const u8 = (at: number): number => bytes[at] ?? 0;
  const u16 = (at: number): number => u8(at) | (u8(at + 1) << 8);
  return { u8, u16, u32: (at) => u16(at) + u16(at + 2) * 2 ** 16 };
}

/** One byte a character, as in names of old file systems. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Resolves a path from the root down, ignoring case. */
export async function walkFolders<E extends DirectoryEntry>(
  root: E,
  path: string,
  entriesOf: (folder: E) => Promise<readonly E[]>,
): Promise<E | undefined> {
  let here: E | undefined = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!here?.isDirectory) return undefined;
    const entries: readonly E[] = await entriesOf(here);
    here = entries.find((entry) => entry.name === name) ?? entries.find((entry) => isSame(entry.name, name));
  }
  return here;
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Makes a volume of a root directory and the functions that read directories and files. */
export function volumeOf<E extends DirectoryEntry>(
  names: Pick<DriveVolume, 'type' | 'labels'>,
  root: E,
  how: { entriesOf(folder: E): Promise<readonly E[]>; bytesOf(file: E): Promise<Uint8Array> },
): DriveVolume {
  // A directory is read once, however many of its files are requested.
  const known = new Map<E, Promise<readonly E[]>>();
  const entriesOf = (folder: E): Promise<readonly E[]> => {
    const entries = known.get(folder) ?? how.entriesOf(folder);
    known.set(folder, entries);
    return entries;
  };
  return {
    ...names,
    async read(path) {
      const entry = await walkFolders(root, path, entriesOf);
      if (!entry || entry.isDirectory) return undefined;
      return entry.size > mostBytes ? 'too large' : how.bytesOf(entry);
    },
    async list(path) {
      const entry = await walkFolders(root, path, entriesOf);
      return entry?.isDirectory ? (await entriesOf(entry)).map(({ name }) => name).sort() : [];
    },
  };
}
