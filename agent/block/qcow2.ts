// Format: qcow2, https://gitlab.com/qemu-project/qemu/-/blob/v9.0.0/docs/interop/qcow2.txt
import { inflateRawSync } from 'node:zlib';
import { Problem } from '../base/problem.ts';
import type { ImageBytes } from './image-bytes.ts';

/** Z_SYNC_FLUSH of zlib: unpacks what is present, even if the stream is cut. */
const syncFlush = 2;
/** Bytes of the first table: 32 MiB, as in QEMU. */
const largestTable = 2 ** 25;
/** Tables of the second level that are kept: up to 2 MiB each. */
const mostTables = 16;
const mask = 0x00ff_ffff_ffff_fe00n;

/** Formats of disk images that are not read, by how they begin. */
const packedImages = [
  ['KDMV', 'VMDK'],
  ['COWD', 'VMDK'],
  ['vhdxfile', 'VHDX'],
  ['conectix', 'VHD'],
] as const;

/** Returns the contents of a disk image as a guest sees them. Anything but qcow2 is raw. */
export async function unpackedImage(file: ImageBytes, name: string): Promise<ImageBytes> {
  const head = await file.read(0, 112);
  const magic = head.toString('latin1', 0, 8);
  if (magic.startsWith('QFI\xfb')) return qcow2(file, head, name);
  const packed = packedImages.find(([start]) => magic.startsWith(start))?.[1];
  if (packed !== undefined) {
    throw new Problem('bad-input', `--disk ${name}: ${packed} images cannot be read`, {
      hint: 'Convert it to a raw or qcow2 image first: qemu-img convert -O qcow2 IN OUT.',
    });
  }
  return file;
}

async function qcow2(file: ImageBytes, head: Buffer, name: string): Promise<ImageBytes> {
  const refuse = (why: string): never => {
    throw new Problem('bad-input', `--disk ${name}: ${why}`, {
      hint: 'Convert it to a plain image first: qemu-img convert.',
    });
  };
  if (head.length < 104) refuse('its header is truncated');
  const version = head.readUInt32BE(4);
  if (version < 2 || version > 3) refuse(`qcow version ${version} cannot be read`);
  if (head.readBigUInt64BE(8) !== 0n) refuse('it is only what differs from another image');
  if (head.readUInt32BE(32) !== 0) refuse('it is encrypted');
  const incompatible = version === 3 ? head.readBigUInt64BE(72) : 0n;
  if ((incompatible & ~0b11n) !== 0n) refuse('it uses features that cannot be read (zstd, external data)');
  const bits = head.readUInt32BE(20);
  // The limits of QEMU, which makes no image beyond them.
  if (bits < 9 || bits > 21) refuse(`clusters of 2^${bits} bytes cannot be read`);
  const cluster = 2 ** bits;
  const tableBytes = head.readUInt32BE(36) * 8;
  if (tableBytes > largestTable) refuse(`its table of tables has ${tableBytes} bytes, more than ${largestTable}`);
  const tables = await file.read(Number(head.readBigUInt64BE(40)), tableBytes);
  const known = new Map<number, Buffer>();

  /** One cluster of the guest's disk. */
  async function at(index: number): Promise<Buffer> {
    const entries = cluster / 8;
    const first = Math.floor(index / entries);
    const table = first * 8 + 8 <= tables.length ? Number(tables.readBigUInt64BE(first * 8) & mask) : 0;
    if (table === 0) return Buffer.alloc(cluster);
    const second = known.get(table) ?? (await file.read(table, cluster));
    if (known.size >= mostTables) known.clear();
    known.set(table, second);
    const place = (index % entries) * 8;
    if (place + 8 > second.length) return Buffer.alloc(cluster); // the file is cut off
    const entry = second.readBigUInt64BE(place);
    if ((entry & (1n << 62n)) !== 0n) return compressed(entry);
    const from = Number(entry & mask);
    if (from === 0 || (version === 3 && (entry & 1n) !== 0n)) return Buffer.alloc(cluster);
    const bytes = await file.read(from, cluster);
    return Buffer.concat([bytes, Buffer.alloc(cluster - bytes.length)]);
  }

  async function compressed(entry: bigint): Promise<Buffer> {
    const offsetBits = BigInt(62 - (bits - 8));
    const from = Number(entry & ((1n << offsetBits) - 1n));
    const sectors = Number((entry & ((1n << 62n) - 1n)) >> offsetBits) + 1;
    const packed = await file.read(from, sectors * 512 - (from % 512));
    // What follows the packed cluster in its last sector belongs to the next one.
    const bytes = inflated(packed, cluster) ?? refuse(`its compressed cluster at byte ${from} is damaged`);
    return Buffer.concat([bytes, Buffer.alloc(cluster - bytes.length)]);
  }

  const size = Number(head.readBigUInt64BE(24));
  return {
    size,
    async read(from, length) {
      const end = Math.min(from + length, size);
      const pieces: Buffer[] = [];
      for (let here = from; here < end; ) {
        const index = Math.floor(here / cluster);
        const start = here - index * cluster;
        const piece = (await at(index)).subarray(start, Math.min(cluster, start + end - here));
        pieces.push(piece);
        here += piece.length;
      }
      return Buffer.concat(pieces);
    },
  };
}

function inflated(packed: Uint8Array, most: number): Buffer | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: most, finishFlush: syncFlush });
  } catch {
    return undefined;
  }
}
