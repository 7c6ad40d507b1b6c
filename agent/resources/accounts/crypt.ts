import { createHash, timingSafeEqual } from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const weave512 = [
  0, 21, 42, 22, 43, 1, 44, 2, 23, 3, 24, 45, 25, 46, 4, 47, 5, 26, 6, 27, 48, 28, 49, 7, 50, 8, 29, 9,
].concat(
  [30, 51, 31, 52, 10, 53, 11, 32, 12, 33, 54, 34, 55, 13, 56, 14, 35, 15, 36, 57, 37, 58, 16, 59, 17, 38, 18, 39, 60],
  [40, 61, 19, 62, 20, 41],
);
const weave256 = [
  0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9,
].concat([19, 29]);

/** Whether a password matches this hash of /etc/shadow; undefined for unsupported types of hash. */
export function isPassword(password: string, hash: string): boolean | undefined {
  const [, kind, rounds, salt = ''] = /^\$([56])\$(?:rounds=(\d+)\$)?([^$]{0,16})/.exec(hash) ?? [];
  const digest = hash.slice(hash.lastIndexOf('$') + 1);
  if (kind === undefined) return undefined;
  const turns = Math.min(Math.max(Number(rounds ?? 5000), 1000), 999_999);
  const made = Buffer.from(shaCrypt(password, salt, turns, kind === '6' ? 'sha512' : 'sha256'));
  const wanted = Buffer.from(digest);
  return made.length === wanted.length && timingSafeEqual(made, wanted);
}

/** Computes the SHA-crypt of the C libraries, https://www.akkadia.org/drepper/SHA-crypt.txt */
function shaCrypt(password: string, salt: string, rounds: number, name: 'sha256' | 'sha512'): string {
  const hash = (...parts: readonly Uint8Array[]) => {
    const sum = createHash(name);
    for (const part of parts) sum.update(part);
    return sum.digest();
  };
  const key = Buffer.from(password);
  const grain = Buffer.from(salt);
  const size = name === 'sha512' ? 64 : 32;

  const alternate = hash(key, grain, key);
  const bits = binary(key.length).map((bit) => (bit ? alternate : key));
  let sum = hash(key, grain, stretched(alternate, key.length), ...bits);
  const p = stretched(hash(...Array.from({ length: key.length }, () => key)), key.length);
  const s = stretched(hash(...Array.from({ length: 16 + (sum[0] ?? 0) }, () => grain)), grain.length);
  for (let round = 0; round < rounds; round++) {
    const parts: Uint8Array[] = [round % 2 ? p : sum];
    if (round % 3) parts.push(s);
    if (round % 7) parts.push(p);
    parts.push(round % 2 ? sum : p);
    sum = hash(...parts);
  }
  return printed(sum, size);
}

const stretched = (bytes: Buffer, length: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(length / bytes.length) || 0 }, () => bytes)).subarray(0, length);

/** Returns the bits of a number, lowest first. */
function binary(number: number): boolean[] {
  const bits: boolean[] = [];
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) bits.push(rest % 2 === 1);
  return bits;
}

function printed(sum: Buffer, size: number): string {
  const at = (index: number) => sum[index] ?? 0;
  const weave = size === 64 ? weave512 : weave256;
  let text = '';
  for (let i = 0; i < weave.length; i += 3) {
    text += letters((at(weave[i] ?? 0) << 16) | (at(weave[i + 1] ?? 0) << 8) | at(weave[i + 2] ?? 0), 4);
  }
  return text + (size === 64 ? letters(at(63), 2) : letters((at(31) << 8) | at(30), 3));
}

function letters(value: number, count: number): string {
  let text = '';
  for (let rest = value, left = count; left > 0; left--, rest >>>= 6) text += alphabet[rest & 63] ?? '';
  return text;
}
