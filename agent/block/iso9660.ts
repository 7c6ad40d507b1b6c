// Format: ECMA-119, https://ecma-international.org/publications-and-standards/standards/ecma-119/
import {
  type DirectoryEntry,
  type DriveBytes,
  type DriveVolume,
  latin1,
  mostBytes,
  numbers,
  volumeOf,
} from './drive-bytes.ts';
import { rockRidgeName, rockRidgeSkip } from './rock-ridge.ts';

const sector = 2048;
const firstDescriptor = 16;
const mostDescriptors = 32;
const mostDirectoryBytes = 2 ** 20;
/** The limit of continuations of long names for one directory: mkisofs writes at most one for each name. */
const mostContinuations = 10_000;

/** A file or directory and its extents; a large file has several. */
export interface Record extends DirectoryEntry {
  readonly pieces: readonly { readonly block: number; readonly bytes: number }[];
}

interface Descriptor {
  readonly joliet: boolean;
  readonly label: string;
  readonly blockSize: number;
  readonly root: Record;
}

/** Opens an ISO 9660 volume, with long names from Rock Ridge or else Joliet; undefined if there is no such volume. */
export async function openIso(bytes: DriveBytes): Promise<DriveVolume | undefined> {
  const descriptors = await readDescriptors(bytes);
  const plain = descriptors.find(({ joliet }) => !joliet);
  if (!plain) return undefined;
  const skip = await rockRidgeSkip(await folderBytes(bytes, plain, plain.root));
  const joliet = descriptors.find((each) => each.joliet);
  const chosen = skip === undefined && joliet ? joliet : plain;
  return volumeOf({ type: 'iso9660', labels: labelsOf(descriptors) }, chosen.root, {
    entriesOf: (folder) => readFolder(bytes, chosen, folder, skip),
    bytesOf: (file) => readPieces(bytes, chosen, file),
  });
}

/** Returns the labels of the volume, from its first sectors alone. */
const labelsOf = (descriptors: readonly Descriptor[]): readonly string[] => [
  ...new Set(descriptors.map(({ label }) => label).filter((label) => label !== '')),
];

async function readDescriptors(bytes: DriveBytes): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  for (let index = 0; index < mostDescriptors; index++) {
    const one = await bytes.read((firstDescriptor + index) * sector, sector);
    if (one.length < sector || latin1(one.subarray(1, 6)) !== 'CD001' || one[0] === 255) return found;
    const joliet = one[0] === 2 && /^%\/[@CE]/.test(latin1(one.subarray(88, 91)));
    const root = recordAt(one.subarray(156, 190), () => '');
    const blockSize = numbers(one).u16(128);
    if (!root?.isDirectory || ![512, 1024, 2048].includes(blockSize)) continue;
    const label = joliet ? ucs2(one.subarray(40, 72)) : latin1(one.subarray(40, 72));
    if (one[0] === 1 || joliet) found.push({ joliet, label: label.replace(/[\0 ]+$/, ''), blockSize, root });
  }
  return found;
}

async function readFolder(
  bytes: DriveBytes,
  from: Descriptor,
  folder: Record,
  skip: number | undefined,
): Promise<Record[]> {
  const data = await folderBytes(bytes, from, folder);
  const records: Record[] = [];
  let unfinished: Record | undefined;
  // Continuations of names can be anywhere: in a damaged volume each record may need eight reads across the disk.
  const budget = { reads: mostContinuations };
  for (let at = 0; at < data.length; ) {
    const length = data[at] ?? 0;
    // No record crosses a sector boundary: the rest of a sector is zeros.
    if (length < 34) {
      at = (Math.floor(at / sector) + 1) * sector;
      continue;
    }
    const raw = data.subarray(at, at + length);
    at += length;
    const name =
      from.joliet || skip === undefined ? undefined : await rockRidgeName(bytes, raw, skip, from.blockSize, budget);
    const record = recordAt(raw, (plain) => name ?? nameOf(plain, from.joliet));
    if (!record || record.name === '.' || record.name === '..') continue;
    const whole = unfinished?.name === record.name ? joined(unfinished, record) : record;
    const more = ((raw[25] ?? 0) & 0x80) !== 0;
    if (more) unfinished = whole;
    else {
      records.push(whole);
      unfinished = undefined;
    }
  }
  return records;
}

/** Joins two parts of a file. Pieces beyond the largest size that is read are dropped; the size shows that it is exceeded. */
const joined = (one: Record, other: Record): Record => ({
  ...one,
  size: one.size + other.size,
  pieces: one.size > mostBytes ? one.pieces : [...one.pieces, ...other.pieces],
});

function recordAt(raw: Uint8Array, nameFor: (plain: Uint8Array) => string): Record | undefined {
  const { u8, u32 } = numbers(raw);
  const nameLength = u8(32);
  if (raw.length < 34 || 33 + nameLength > raw.length) return undefined;
  const plain = raw.subarray(33, 33 + nameLength);
  const special = nameLength === 1 && (plain[0] === 0 || plain[0] === 1);
  return {
    name: special ? '.'.repeat((plain[0] ?? 0) + 1) : nameFor(plain),
    isDirectory: (u8(25) & 2) !== 0,
    size: u32(10),
    pieces: [{ block: u32(2), bytes: u32(10) }],
  };
}

/** Returns the name without its version; a plain name in lower case, as the kernel shows it. */
function nameOf(plain: Uint8Array, joliet: boolean): string {
  if (joliet) return ucs2(plain).replace(/;\d+$/, '');
  return latin1(plain).replace(/;\d+$/, '').replace(/\.$/, '').toLowerCase();
}

const ucs2 = (bytes: Uint8Array): string => new TextDecoder('utf-16be').decode(bytes);

const folderBytes = (bytes: DriveBytes, from: Descriptor, folder: Record): Promise<Uint8Array> =>
  readPieces(bytes, from, folder, mostDirectoryBytes);

async function readPieces(
  bytes: DriveBytes,
  { blockSize }: Descriptor,
  { pieces }: Record,
  most = mostBytes,
): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let left = most;
  for (const piece of pieces) {
    if (left <= 0) break;
    const one = await bytes.read(piece.block * blockSize, Math.min(piece.bytes, left));
    read.push(one);
    left -= Math.max(1, one.length);
  }
  return new Uint8Array(Buffer.concat(read));
}
