// Format: UEFI GUID partition table, https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html
import type { ImageBytes } from './image-bytes.ts';

export interface TablePartition {
  /** As the kernel numbers them: logical partitions from 5. */
  readonly number: number;
  /** In bytes. */
  readonly start: number;
  readonly size: number;
  /** A byte in hexadecimal, or a GUID. */
  readonly type: string;
}

export interface PartitionTable {
  readonly kind: 'mbr' | 'gpt';
  readonly partitions: readonly TablePartition[];
}

const sector = 512;

/** Reads the partition table (MBR or GPT) of a disk; undefined if there is none. */
export async function partitionTable(disk: ImageBytes): Promise<PartitionTable | undefined> {
  const boot = await disk.read(0, sector);
  if (boot.length < sector || boot.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries = primaries(boot, 0);
  if (entries.some(({ type }) => type === 'ee')) return gpt(disk);
  // The first sector of a file system without a partition table can end in these bytes as well.
  if (entries.length === 0 || entries.some(({ flag }) => flag !== 0 && flag !== 0x80)) return undefined;
  const partitions: TablePartition[] = [];
  for (const { flag: _, ...entry } of entries) {
    partitions.push(entry);
    if (isExtended(entry.type)) partitions.push(...(await logicals(disk, entry.start)));
  }
  return { kind: 'mbr', partitions };
}

const isExtended = (type: string): boolean => ['05', '0f', '85'].includes(type);

function primaries(bytes: Buffer, base: number): (TablePartition & { flag: number })[] {
  return [0, 1, 2, 3].flatMap((index) => {
    const at = 446 + index * 16;
    const type = bytes
      .readUInt8(at + 4)
      .toString(16)
      .padStart(2, '0');
    const size = bytes.readUInt32LE(at + 12) * sector;
    const start = base + bytes.readUInt32LE(at + 8) * sector;
    return type === '00' || size === 0 ? [] : [{ number: index + 1, start, size, type, flag: bytes.readUInt8(at) }];
  });
}

/** Reads the chain of extended boot records: each holds one partition and the place of the next record. */
async function logicals(disk: ImageBytes, extended: number): Promise<TablePartition[]> {
  const found: TablePartition[] = [];
  for (let here = extended, number = 5; number < 64; number++) {
    const bytes = await disk.read(here, sector);
    if (bytes.length < sector || bytes.readUInt16LE(510) !== 0xaa55) break;
    const own = primaries(bytes, here).find(({ type }) => !isExtended(type));
    if (own) found.push({ number, start: own.start, size: own.size, type: own.type });
    const next = primaries(bytes, extended).find(({ type }) => isExtended(type));
    if (!next || next.start <= here) break;
    here = next.start;
  }
  return found;
}

async function gpt(disk: ImageBytes): Promise<PartitionTable | undefined> {
  const header = await disk.read(sector, sector);
  if (header.length < 92 || header.toString('latin1', 0, 8) !== 'EFI PART') return undefined;
  const count = Math.min(header.readUInt32LE(80), 256);
  const length = header.readUInt32LE(84);
  if (length < 128 || length > 4096) return undefined;
  const entries = await disk.read(Number(header.readBigUInt64LE(72)) * sector, count * length);
  const partitions: TablePartition[] = [];
  for (let index = 0; (index + 1) * length <= entries.length; index++) {
    const entry = entries.subarray(index * length, (index + 1) * length);
    const type = guid(entry);
    if (/^[0-]*$/.test(type)) continue;
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    // The partition is empty or begins after the end of this disk.
    if (last < first || first * sector >= disk.size) continue;
    partitions.push({ number: index + 1, start: first * sector, size: (last - first + 1) * sector, type });
  }
  return { kind: 'gpt', partitions };
}

/** The first three fields are little-endian. */
const guid = (bytes: Buffer): string =>
  [
    bytes.readUInt32LE(0).toString(16).padStart(8, '0'),
    bytes.readUInt16LE(4).toString(16).padStart(4, '0'),
    bytes.readUInt16LE(6).toString(16).padStart(4, '0'),
    bytes.toString('hex', 8, 10),
    bytes.toString('hex', 10, 16),
  ].join('-');
