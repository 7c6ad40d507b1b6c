/**
 * Returns a fingerprint by which a change of bytes is detected: MurmurHash3 with four seeds. It detects accidents, not
 * deliberate collisions, so it serves where anyone able to make one already owns the text. Loading Node's hashes would take a
 * tenth of a later boot.
 */
export function digest(bytes: Uint8Array): string {
  return murmur3(bytes, [0, 1, 2, 3])
    .map((hash) => hash.toString(16).padStart(8, '0'))
    .join('');
}

/** Returns MurmurHash3 (x86, 32 bits) for each seed, in one pass. */
export function murmur3(bytes: Uint8Array, seeds: readonly number[]): readonly number[] {
  const words = bytes.length >>> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hashes = [...seeds];
  for (let index = 0; index < words; index++) {
    const word = mixed(view.getInt32(index << 2, true));
    for (let at = 0; at < hashes.length; at++) {
      const hash = (hashes[at] ?? 0) ^ word;
      hashes[at] = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
  }
  let rest = 0;
  for (let index = bytes.length - 1; index >= words << 2; index--) rest = (rest << 8) | (bytes[index] ?? 0);
  const last = mixed(rest) ^ bytes.length;
  return hashes.map((each) => {
    let hash = each ^ last;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  });
}

function mixed(bits: number): number {
  const word = Math.imul(bits, 0xcc9e2d51);
  return Math.imul((word << 15) | (word >>> 17), 0x1b873593);
}
