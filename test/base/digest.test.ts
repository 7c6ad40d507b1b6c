import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digest, murmur3 } from '../../agent/base/digest.ts';

test('MurmurHash3 gives what is published of it', () => {
  for (const [text, seed, expected] of [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['aa', 0x9747b28c, 0x5d211726],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ] as const) {
    assert.deepEqual(murmur3(Buffer.from(text), [seed]), [expected], JSON.stringify([text, seed]));
  }
});

test('a digest is the same for the same bytes wherever they lie, and another where one byte is', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, at, change) => {
      const moved = Buffer.concat([Buffer.from('..'), given]).subarray(2);
      assert.equal(digest(moved), digest(given));
      moved[at % moved.length] = (moved[at % moved.length] ?? 0) ^ change;
      assert.notEqual(digest(moved), digest(given));
      assert.match(digest(given), /^[0-9a-f]{32}$/);
    }),
  );
});
