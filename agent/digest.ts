/**
 * By it is known whether bytes are what they were: MurmurHash3 of four seeds. It holds against chance and not against who
 * wants two texts to look alike, so it serves where whoever could do that owns the text already. To load Node's hashes
 * would take a tenth of a later boot.
 */
export function digest(bytes: Uint8Array): string {
  return [0, 1, 2, 3].map((seed) => murmur3(bytes, seed).toString(16).padStart(8, '0')).join('');
}

/** MurmurHash3, x86, 32 bits. */
export function murmur3(bytes: Uint8Array, seed: number): number {
  const words = bytes.length >>> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = seed;
  for (let index = 0; index < words; index++) {
    let word = Math.imul(view.getInt32(index << 2, true), 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let index = bytes.length - 1; index >= words << 2; index--) rest = (rest << 8) | (bytes[index] ?? 0);
  rest = Math.imul(rest, 0xcc9e2d51);
  hash ^= Math.imul((rest << 15) | (rest >>> 17), 0x1b873593) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
