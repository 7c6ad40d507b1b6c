import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dearmored, fingerprintsOf, isArmored } from '../../../agent/resources/packages/openpgp.ts';
import { armoredKey, fingerprint } from '../../support/openpgp.ts';

const bytesOf = (text: string): Uint8Array => {
  const bytes = dearmored(text);
  assert.notEqual(typeof bytes, 'string', String(bytes));
  return typeof bytes === 'string' ? new Uint8Array() : bytes;
};

describe('a public key of OpenPGP', () => {
  test('has the fingerprint that gpg shows', () =>
    assert.deepEqual(fingerprintsOf(bytesOf(armoredKey)), [fingerprint]));

  test('is read with headers, with Windows line ends, without a checksum, and beside another', () => {
    const binary = bytesOf(armoredKey);
    const headers = armoredKey.replace('BLOCK-----\n\n', 'BLOCK-----\nComment: a: b\nVersion: x\n\n');
    assert.deepEqual(bytesOf(headers), binary);
    assert.deepEqual(bytesOf(armoredKey.replaceAll('\n', '\r\n')), binary);
    assert.deepEqual(bytesOf(armoredKey.replace(/^=tzpa\n/m, '')), binary);
    assert.deepEqual(fingerprintsOf(bytesOf(`text\n${armoredKey}${armoredKey}`)), [fingerprint, fingerprint]);
  });

  for (const [name, text, why] of [
    ['without its end', armoredKey.slice(0, 200), 'the key has no end'],
    ['that is a web page', '<html>', 'there is no public key in ASCII armor'],
    [
      'with a letter that is none of base64',
      armoredKey.replace('mDME', 'm*ME'),
      'the armor holds no readable public key',
    ],
    [
      'that holds something else',
      armoredKey.replace(/mDME[\s\S]*AA==/, 'AAAA'),
      'the armor holds no readable public key',
    ],
    [
      'whose first packet is cut off',
      armoredKey.replace(/mDME[\s\S]*AA==/, 'mDMEawzM'),
      'the armor holds no readable public key',
    ],
  ] as const) {
    test(`${name} is refused`, () => assert.equal(dearmored(text), why));
  }

  test('of the old length formats is read, too', () => {
    const body = bytesOf(armoredKey).subarray(2, 2 + 0x33);
    const old = (...head: number[]) => Uint8Array.from([...head, ...body]);
    for (const packet of [old(0x99, 0, 0x33), old(0x9a, 0, 0, 0, 0x33), old(0xc6, 0x33), old(0xc6, 255, 0, 0, 0, 0x33)])
      assert.deepEqual(fingerprintsOf(packet), [fingerprint]);
  });

  test('with a partial length, as messages have it, is refused', () => {
    const body = bytesOf(armoredKey).subarray(2, 2 + 0x33);
    // Read as a length of two bytes, 224 and 0 would be 8384; the packet is then long enough for it.
    const packet = Uint8Array.from([0xc6, 224, 0, ...body, ...new Uint8Array(9000)]);
    assert.deepEqual(fingerprintsOf(packet), []);
  });

  test('is told from a private one', () => assert.equal(isArmored(armoredKey.replace('PUBLIC', 'PRIVATE')), false));
});
