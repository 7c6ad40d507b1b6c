import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../agent/base/sha256.ts';

const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('SHA-256 gives what OpenSSL gives, at each length around the ends of its blocks', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
    assert.equal(Buffer.from(sha256(bytes)).toString('hex'), expected(bytes), String(length));
  }
});

test('and for any bytes, wherever they lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      const moved = Buffer.concat([Buffer.from('...'), bytes]).subarray(3);
      assert.equal(Buffer.from(sha256(moved)).toString('hex'), expected(bytes));
    }),
  );
});
