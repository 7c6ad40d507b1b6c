/** The first 32 bits behind the point of the cube roots of the first 64 primes. */
const steps = Int32Array.from(primes(64), (prime) => Math.cbrt(prime) * 2 ** 32);
/** The same of square roots, of the first eight. */
const beginning = Int32Array.from(primes(8), (prime) => Math.sqrt(prime) * 2 ** 32);

/**
 * SHA-256, for the few short texts whose hash people compare: to load Node's hashes, with all that belongs to them,
 * would take as long as a whole stage of a boot. Nothing secret goes through it.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const hash = Int32Array.from(beginning);
  const words = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 64; i++) words[i] = i < 16 ? view.getInt32(block + i * 4) : mixed(words, i);
    compress(hash, words);
  }
  const out = new DataView(new ArrayBuffer(32));
  hash.forEach((word, index) => void out.setInt32(index * 4, word));
  return new Uint8Array(out.buffer);
}

function compress(hash: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let i = 0; i < 64; i++) {
    const turned = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + turned + (g ^ (e & (f ^ g))) + at(steps, i) + at(words, i)) | 0;
    const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (c & (a ^ b)));
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) hash[index] = at(hash, index) + word;
}

function mixed(words: Int32Array, i: number): number {
  const [far, near] = [at(words, i - 15), at(words, i - 2)];
  const old = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
  return (at(words, i - 16) + old + at(words, i - 7) + (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10))) | 0;
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
const at = (words: Int32Array, index: number): number => words[index] ?? 0;

function primes(many: number): number[] {
  const found: number[] = [];
  for (let next = 2; found.length < many; next++) if (found.every((prime) => next % prime !== 0)) found.push(next);
  return found;
}
