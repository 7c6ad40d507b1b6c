import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
} from 'node:fs';
import { formatBytes } from '../base/format.ts';
import { isEmptyDrive, isKnownEmpty } from './empty-drives.ts';
import type { Stat } from './host.ts';
import { codeOf, type PathHandle, resolveSafely } from './resolve-safely.ts';
import { withContext } from './with-context.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** Flags that open a path as it is: they do not follow a link, and do not wait for the writer of a pipe. */
export const asItStands = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** The maximum size of a file that is read as a whole: root also reads files of users, which must not exhaust the memory. */
export const largestFile = 16 * 2 ** 20;

type Piece = { from: number; length: number };

export const readBytes = (root: string, path: string, piece?: Piece): Uint8Array | undefined =>
  piece ? readPiece(root, path, piece) : opened(root, path, (fd, stats) => contentOf(fd, stats, largestFile));

const readPiece = (root: string, path: string, { from, length }: Piece): Uint8Array | undefined =>
  reading(path, () =>
    resolveSafely(path, { root, follow: true }, (spot) => {
      if (isKnownEmpty(spot.path)) return new Uint8Array();
      return openedAt(spot, (fd, stats) => {
        if (isEmptyDrive(stats)) return new Uint8Array();
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, readSync(fd, bytes, 0, length, from));
      });
    }),
  );

/** Reads a small file with one Node call: separate calls to open, fstat, read and close take twice as long. */
export const readText = (root: string, path: string, most = largestFile): string | undefined =>
  reading(path, () =>
    resolveSafely(path, { root, follow: true }, (spot) =>
      spot.small
        ? ifThere(spot, () => readFileSync(spot.path, { encoding: 'utf8', flag: asItStands }))
        : openedAt(spot, (fd, stats) => Buffer.from(contentOf(fd, stats, most)).toString()),
    ),
  );

const opened = <T>(root: string, path: string, use: (fd: number, stats: Stats) => T): T | undefined =>
  reading(path, () => resolveSafely(path, { root, follow: true }, (spot) => openedAt(spot, use)));

function openedAt<T>(spot: PathHandle, use: (fd: number, stats: Stats) => T): T | undefined {
  const fd = ifThere(spot, () => openSync(spot.path, asItStands));
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd);
    return stats.isDirectory() ? undefined : use(fd, stats);
  } finally {
    closeSync(fd);
  }
}

let room: Buffer | undefined;

/**
 * Returns the content of a file of unknown length: files of the kernel report none. The buffer is reused, because most files
 * are small, and allocating a large buffer takes longer than reading one.
 */
function contentOf(fd: number, stats: Stats, most: number): Uint8Array {
  if (stats.isCharacterDevice()) return new Uint8Array(); // /dev/zero has no end
  const { size } = stats;
  if (size > most) throw tooLarge(most);
  room ??= Buffer.allocUnsafeSlow(65_536);
  const pieces: Uint8Array[] = [];
  for (let total = 0; total <= most; ) {
    let length = 0;
    for (let read = -1; read !== 0 && length < room.length; length += read) {
      read = readSync(fd, room, length, room.length - length, null);
      if (total + length + read === size) return joined(pieces, room.subarray(0, length + read));
    }
    if (length < room.length) return joined(pieces, room.subarray(0, length));
    pieces.push(new Uint8Array(room));
    total += length;
  }
  throw tooLarge(most);
}

const joined = (pieces: readonly Uint8Array[], last: Uint8Array): Uint8Array =>
  pieces.length === 0 ? new Uint8Array(last) : new Uint8Array(Buffer.concat([...pieces, last]));

const tooLarge = (most: number): Error =>
  new Error(`it is larger than ${formatBytes(most)}, more than is read of a file`);

export const stat = (root: string, path: string): Stat | undefined =>
  reading(path, () => resolveSafely(path, { root, follow: false }, (spot) => statIfThere(spot.path)));

export const listFolder = (root: string, path: string): readonly string[] =>
  reading(path, () => resolveSafely(`${path}/.`.replace(/\/\.$/, ''), { root, follow: true }, namesIn)) ?? [];

export const readLink = (root: string, path: string): string | undefined =>
  reading(path, () => resolveSafely(path, { root, follow: false }, (spot) => readlinkSync(spot.path)));

export const space = (root: string, path: string): { bytes: number; free: number } | undefined =>
  reading(path, () =>
    resolveSafely(path, { root, follow: true }, (spot) => {
      const { bsize, blocks, bavail } = statfsSync(spot.path);
      return { bytes: bsize * blocks, free: bsize * bavail };
    }),
  );

function ifThere<T>({ path, there }: PathHandle, open: () => T): T | undefined {
  // An exception for each missing file would cost more than all other file accesses together.
  if (!there && !existsSync(path)) return undefined;
  try {
    return open();
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

export function statIfThere(path: string): Stat | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats && statOf(stats);
}

function statOf(stats: Stats): Stat {
  return {
    type: stats.isFile()
      ? 'file'
      : stats.isDirectory()
        ? 'directory'
        : stats.isSymbolicLink()
          ? 'link'
          : stats.isBlockDevice()
            ? 'block'
            : 'other',
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.size,
    allocated: stats.blocks * 512,
    device: deviceNumber(stats.dev),
    rdev: deviceNumber(stats.rdev),
    inode: Number(stats.ino),
    modifiedMs: stats.mtimeMs,
  };
}

/** Returns the major and minor device numbers in the notation of the kernel: "8:1". */
export const deviceNumber = (number: number): string => {
  const low = number % 2 ** 32;
  const major = ((low >>> 8) & 0xfff) + Math.floor(number / 2 ** 32) * 0x1000;
  return `${major}:${(low & 0xff) | ((low >>> 12) & 0xfff00)}`;
};

function namesIn({ path, there }: PathHandle): string[] {
  try {
    return there || existsSync(path) ? readdirSync(path).sort() : [];
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** Runs a read; a missing path returns undefined, other errors become problems. */
export function reading<T>(path: string, read: () => T | undefined): T | undefined {
  return withContext(`Cannot read ${path}`, () => {
    try {
      return read();
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(codeOf(error))) return undefined;
      throw error;
    }
  });
}
