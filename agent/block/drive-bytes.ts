/** Bytes of a device, an image or a partition, read a piece at a time. */
export interface DriveBytes {
  /** As many bytes as there are from there on, and at most `length`. */
  read(from: number, length: number): Promise<Uint8Array>;
}

/** A file system that is read and never mounted: what a kernel driver would make of foreign bytes stays unasked. */
export interface DriveVolume {
  readonly type: 'iso9660' | 'vfat';
  /** Every name that it goes by. */
  readonly labels: readonly string[];
  /** A file's bytes, or undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | 'too large' | undefined>;
  /** The names in a folder, sorted; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
}

/** One thing in a folder of a volume. */
export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
}

/** Files beyond this are not read: metadata and user-data are never as large. */
export const mostBytes = 16 * 2 ** 20;

/** A view on numbers stored in bytes, little end first; what lies outside reads as 0. */
export function numbers(bytes: Uint8Array): {
  u8(at: number): number;
  u16(at: number): number;
  u32(at: number): number;
} {
  const u8 = (at: number): number => bytes[at] ?? 0;
  const u16 = (at: number): number => u8(at) | (u8(at + 1) << 8);
  return { u8, u16, u32: (at) => u16(at) + u16(at + 2) * 2 ** 16 };
}

/** One byte a character, as names of old file systems are. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Walks a path from the root down, by what `entriesOf` finds in each folder. Names that differ only in case are one. */
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

/** The volume of a file system, given its root and how its folders and files are read. */
export function volumeOf<E extends DirectoryEntry>(
  names: Pick<DriveVolume, 'type' | 'labels'>,
  root: E,
  how: { entriesOf(folder: E): Promise<readonly E[]>; bytesOf(file: E): Promise<Uint8Array> },
): DriveVolume {
  // A folder is read once, however many files of it are asked for.
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
