import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../agent/sha256.ts';

test('a hash is the one that everybody makes, of bytes of any length about the borders of its blocks', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
    assert.equal(sha256(bytes), hash('sha256', bytes), `${length} bytes`);
  }
});

test('a hash is the one that everybody makes, of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_000 }), (bytes) => {
      assert.equal(sha256(bytes), hash('sha256', bytes));
    }),
  );
});
