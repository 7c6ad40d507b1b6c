import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import type { ImageBytes } from '../../agent/block/image-bytes.ts';
import { openIso } from '../../agent/block/iso9660.ts';
import { partitionTable } from '../../agent/block/partition-table.ts';
import { unpackedImage } from '../../agent/block/qcow2.ts';
import { layoutOf } from '../../agent/image/doctor/disk-layout.ts';

/** Returns an image that counts the bytes read from it. */
function counted(bytes: Buffer, size = bytes.length): ImageBytes & { asked(): number } {
  let asked = 0;
  return {
    size,
    asked: () => asked,
    read: async (from, length) => {
      asked += Math.max(0, Math.min(length, size - from));
      return Buffer.from(bytes.subarray(from, from + Math.max(0, length)));
    },
  };
}

/** Returns a qcow2 header of version 3 with clusters of 64 KiB, with the fields in `over` replaced by offset. */
function qcow2(over: Readonly<Record<number, number | bigint>> = {}, length = 65_536 * 3): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.write('QFI\xfb', 'latin1');
  const numbers = { 4: 3, 20: 16, 24: BigInt(2 ** 20), 36: 1, 40: 65_536n, 100: 104, ...over };
  for (const [at, value] of Object.entries(numbers)) {
    if (Number(at) + (typeof value === 'bigint' ? 8 : 4) > length) continue;
    if (typeof value === 'bigint') bytes.writeBigUInt64BE(value, Number(at));
    else bytes.writeUInt32BE(value, Number(at));
  }
  return bytes;
}

const table = { 65536: 131_072n } as const;

describe('a qcow2 image', () => {
  for (const [what, bytes, message] of [
    ['whose header is cut off', qcow2({}, 40), /its header is truncated/],
    ['with clusters of 2 GiB', qcow2({ 20: 31 }), /clusters of 2\^31 bytes/],
    ['with clusters of one byte', qcow2({ 20: 0 }), /clusters of 2\^0 bytes/],
    ['with a table of 32 GiB', qcow2({ 36: 0xffff_ffff }), /its table of tables has 34359738360 bytes/],
    [
      'whose compressed cluster is damaged',
      qcow2({ ...table, 131072: (1n << 62n) | 9n }),
      /cluster at byte 9 is damaged/,
    ],
  ] as const) {
    test(`${what} is refused in a message, before anything large is read`, async () => {
      const file = counted(bytes);
      await assert.rejects(
        async () => (await unpackedImage(file, 'x')).read(0, 512),
        (error) => error instanceof Problem && error.code === 'bad-input' && message.test(error.message),
      );
      assert.ok(file.asked() <= 3 * 65_536, `${file.asked()} bytes`);
    });
  }

  for (const [what, over] of [
    ['of the largest size there is', { 24: 2n ** 64n - 1n }],
    ['whose table lies behind its end', { 40: 2n ** 60n }],
    ['whose second table lies behind its end', { 65536: 2n ** 50n }],
    ['whose cluster lies behind its end', { ...table, 131072: 2n ** 50n }],
  ] as const) {
    test(`${what} reads as zeros`, async () => {
      const image = await unpackedImage(counted(qcow2(over)), 'x');
      assert.ok((await image.read(0, 512)).equals(Buffer.alloc(512)));
      assert.equal((await layoutOf(image, [])).table, undefined);
    });
  }
});

/** Returns a disk with a GPT of this many entries, all used and all the same. */
function gpt(count: number, entryLength: number, first: bigint, last: bigint): Buffer {
  const bytes = Buffer.alloc(1024 + 256 * entryLength);
  bytes.writeUInt16LE(0xaa55, 510);
  bytes.writeUInt8(0xee, 450);
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt32LE(100, 458);
  bytes.write('EFI PART', 512, 'latin1');
  bytes.writeBigUInt64LE(2n, 512 + 72);
  bytes.writeUInt32LE(count, 512 + 80);
  bytes.writeUInt32LE(entryLength, 512 + 84);
  for (let at = 1024; at + 128 <= bytes.length; at += entryLength) {
    bytes.fill(7, at, at + 16);
    bytes.writeBigUInt64LE(first, at + 32);
    bytes.writeBigUInt64LE(last, at + 40);
  }
  return bytes;
}

describe('a GPT', () => {
  for (const [what, first, last] of [
    ['that begin behind the end of the disk', 2n ** 40n, 2n ** 41n],
    ['that end before they begin', 9n, 3n],
    ['of the largest numbers', 2n ** 64n - 1n, 2n ** 64n - 1n],
  ] as const) {
    test(`of 2^32 partitions ${what} has none`, async () => {
      assert.deepEqual(await partitionTable(counted(gpt(0xffff_ffff, 128, first, last))), {
        kind: 'gpt',
        partitions: [],
      });
    });
  }

  test('with entries of no length, or cut off, is none', async () => {
    assert.equal(await partitionTable(counted(gpt(4, 128, 1n, 2n).fill(0, 596, 600))), undefined);
    assert.equal(await partitionTable(counted(gpt(4, 128, 1n, 2n).subarray(0, 540))), undefined);
  });
});

test('an ISO file in ten thousand pieces of 16 MiB is not read beyond the limit of one', async () => {
  const sector = 2048;
  const bytes = new Uint8Array(sector * 600);
  const view = new DataView(bytes.buffer);
  const record = (at: number, name: string, block: number, size: number, flags: number) => {
    bytes[at] = 34 + name.length + ((name.length + 1) % 2);
    view.setUint32(at + 2, block, true);
    view.setUint32(at + 10, size, true);
    bytes[at + 25] = flags;
    bytes[at + 32] = name.length;
    bytes.set(Buffer.from(name), at + 33);
    return at + (bytes[at] ?? 0);
  };
  const head = 16 * sector;
  bytes.set([1, ...Buffer.from('CD001')], head);
  view.setUint16(head + 128, sector, true);
  record(head + 156, '\0', 20, 2 ** 20, 2);
  for (let at = 20 * sector; at < 590 * sector; ) {
    const end = record(at, 'A', 20, 2 ** 24, 0x80);
    at = Math.floor(end / sector) === Math.floor((end + 40) / sector) ? end : (Math.floor(end / sector) + 1) * sector;
  }
  let asked = 0;
  const volume = await openIso({
    read: async (from, length) => {
      asked += length;
      return bytes.subarray(from, from + length);
    },
  });
  assert.notEqual(volume, undefined);
  await volume?.read('a');
  assert.ok(asked < 3 * 2 ** 24, `${asked} bytes`);
});
