// Format: superblocks, https://docs.kernel.org/filesystems/ext4/super.html and https://btrfs.readthedocs.io/en/latest/dev/On-disk-format.html
import type { ImageBytes } from './image-bytes.ts';
import { filesystemIn } from './signatures.ts';

/** What a partition holds, by its superblock. */
export interface Contents {
  readonly type: 'ext' | 'xfs' | 'btrfs' | 'swap' | 'lvm' | 'luks' | 'fat';
  /** The bytes the file system uses, if its superblock records it. */
  readonly size?: number;
  readonly uuid?: string;
  readonly label?: string;
  /** Where it was last mounted, if its superblock records it. */
  readonly mounted?: string;
}

type Reader = (bytes: Buffer) => Contents | undefined;

/** Identifies the file system in the first bytes of a partition; undefined if it is unknown. */
export async function contentsOf(part: ImageBytes): Promise<Contents | undefined> {
  // The superblock of btrfs has the largest offset, 64 KiB.
  const bytes = await part.read(0, 0x11000);
  for (const read of readers) {
    const found = read(bytes);
    if (found) return found;
  }
  return undefined;
}

/** The length of the superblock of ext, which begins at the same offset. */
export const extLength = 1024;

/** Reads the superblock of ext2, ext3 or ext4. */
export function extSuperblock(bytes: Uint8Array): (Contents & { readonly size: number }) | undefined {
  const block = Buffer.from(bytes);
  if (block.length < extLength || block.readUInt16LE(0x38) !== 0xef53) return undefined;
  const has64 = (block.readUInt32LE(0x60) & 0x80) !== 0;
  const blocks = block.readUInt32LE(0x04) + (has64 ? block.readUInt32LE(0x150) * 2 ** 32 : 0);
  return {
    type: 'ext',
    size: blocks * 2 ** (10 + block.readUInt32LE(0x18)),
    uuid: uuid(block, 0x68),
    label: text(block, 0x78, 16),
    mounted: text(block, 0x88, 64),
  };
}

const ext: Reader = (all) => extSuperblock(all.subarray(extLength, 2 * extLength));

const xfs: Reader = (all) => {
  if (all.length < 512 || all.toString('latin1', 0, 4) !== 'XFSB') return undefined;
  const size = Number(all.readBigUInt64BE(8)) * all.readUInt32BE(4);
  return { type: 'xfs', size, uuid: uuid(all, 32), label: text(all, 108, 12) };
};

/** The offset and length of the superblock of btrfs. */
export const btrfsAt = { from: 0x10000, length: 0x1000 };

interface BtrfsSuperblock {
  /** Its size is what the file system uses of this device, not of all its devices. */
  readonly contents: Contents & { readonly size: number };
  readonly deviceId: string;
  readonly devices: number;
}

/** Reads the superblock of btrfs. */
export function btrfsSuperblock(bytes: Uint8Array): BtrfsSuperblock | undefined {
  const block = Buffer.from(bytes);
  if (block.length < btrfsAt.length || block.toString('latin1', 0x40, 0x48) !== '_BHRfS_M') return undefined;
  const size = Number(block.readBigUInt64LE(0xd1));
  return {
    contents: { type: 'btrfs', size, uuid: uuid(block, 0x20), label: text(block, 0x12b, 256) },
    deviceId: `${block.readBigUInt64LE(0xc9)}`,
    devices: Number(block.readBigUInt64LE(0x88)),
  };
}

const btrfs: Reader = (all) => btrfsSuperblock(all.subarray(btrfsAt.from, btrfsAt.from + btrfsAt.length))?.contents;

const swap: Reader = (all) => (filesystemIn(all) === 'swap' ? { type: 'swap' } : undefined);

const lvm: Reader = (all) =>
  [0, 512, 1024, 1536].some((at) => all.toString('latin1', at, at + 8) === 'LABELONE') ? { type: 'lvm' } : undefined;

const luks: Reader = (all) => (all.toString('latin1', 0, 6) === 'LUKS\xba\xbe' ? { type: 'luks' } : undefined);

const fat: Reader = (all) =>
  all.toString('latin1', 82, 87) === 'FAT32' || all.toString('latin1', 54, 57) === 'FAT' ? { type: 'fat' } : undefined;

const readers: readonly Reader[] = [ext, xfs, btrfs, swap, lvm, luks, fat];

const text = (bytes: Buffer, at: number, length: number): string =>
  bytes.toString('utf8', at, at + length).split('\0')[0] ?? '';

const uuid = (bytes: Buffer, at: number): string =>
  bytes.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
