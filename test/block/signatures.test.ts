import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesystemIn, signatureLength } from '../../agent/block/signatures.ts';

const device = (at: number, text: string): Uint8Array => {
  const head = new Uint8Array(signatureLength);
  head.set(Buffer.from(text, 'latin1'), at);
  return head;
};

for (const [is, at, text] of [
  ['xfs', 0, 'XFSB'],
  ['ext4', 1080, '\x53\xef'],
  ['btrfs', 65600, '_BHRfS_M'],
  ['swap', 4086, 'SWAPSPACE2'],
  ['vfat', 82, 'FAT32   '],
  ['vfat', 54, 'FAT16   '],
  ['crypto_LUKS', 0, 'LUKS\xba\xbe'],
  ['', 100, 'XFSB'],
] as const) {
  test(`a device with ${JSON.stringify(text)} at ${at} holds "${is}"`, () => {
    assert.equal(filesystemIn(device(at, text)), is);
  });
}

test('an empty and a short device hold nothing', () => {
  assert.equal(filesystemIn(new Uint8Array()), '');
  assert.equal(filesystemIn(new Uint8Array(512)), '');
});
