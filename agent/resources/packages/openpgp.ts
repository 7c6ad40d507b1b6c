// Format: OpenPGP, https://www.rfc-editor.org/rfc/rfc9580
import { createHash } from 'node:crypto';

const begin = '-----BEGIN PGP PUBLIC KEY BLOCK-----';
const block = /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g;

/** Whether a text holds a public key in ASCII armor. */
export const isArmored = (text: string): boolean => text.includes(begin);

/** Returns the binary form of the public keys in a text, or why there is none. */
export function dearmored(text: string): Uint8Array | string {
  const blocks = [...text.matchAll(block)].map(([, body = '']) => body);
  if (blocks.length === 0) return isArmored(text) ? 'the key has no end' : 'there is no public key in ASCII armor';
  const keys = blocks.map((body) => {
    // Headers such as "Comment:" end with an empty line; the last line may be a checksum, which begins with "=".
    const lines = body.split(/\r?\n/).map((line) => line.trim());
    const data = lines.filter((line) => !line.includes(':') && !/^=[\w+/]{4}$/.test(line)).join('');
    return /^[\w+/]+={0,2}$/.test(data) ? Buffer.from(data, 'base64') : Buffer.alloc(0);
  });
  if (keys.some((key) => fingerprintsOf(key).length === 0)) return 'the armor holds no readable public key';
  return new Uint8Array(Buffer.concat(keys));
}

/** Returns the fingerprints of the keys and subkeys, in capital hexadecimal digits; none if the data is no key. */
export function fingerprintsOf(data: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (const { tag, body } of packetsOf(data)) {
    // Tag 6 is a public key, 14 a public subkey.
    if (tag !== 6 && tag !== 14) continue;
    const version = body[0];
    if (version === 4) found.push(hash('sha1', [0x99, body.length >> 8, body.length & 255], body));
    else if (version === 6) found.push(hash('sha256', [0x9b, ...uint32(body.length)], body));
  }
  return found;
}

const hash = (algorithm: string, prefix: readonly number[], body: Uint8Array): string =>
  createHash(algorithm).update(Uint8Array.from(prefix)).update(body).digest('hex').toUpperCase();

const uint32 = (value: number): readonly number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

/** Yields the packets until the end, or until data that is no packet. */
function* packetsOf(data: Uint8Array): Generator<Packet> {
  for (let at = 0; at < data.length; ) {
    const head = data[at] ?? 0;
    if ((head & 0x80) === 0) return;
    const isNew = (head & 0x40) !== 0;
    const size = isNew ? newLength(data, at + 1) : oldLength(data, at + 1, head & 3);
    if (!size || size.from + size.length > data.length) return;
    yield { tag: isNew ? head & 0x3f : (head >> 2) & 15, body: data.subarray(size.from, size.from + size.length) };
    at = size.from + size.length;
  }
}

interface Size {
  readonly from: number;
  readonly length: number;
}

function newLength(data: Uint8Array, at: number): Size | undefined {
  const first = data[at] ?? 255;
  if (first < 192) return { from: at + 1, length: first };
  if (first < 224) return { from: at + 2, length: ((first - 192) << 8) + (data[at + 1] ?? 0) + 192 };
  // Partial lengths occur only in packets of messages.
  return first === 255 ? { from: at + 5, length: big(data, at + 1, 4) } : undefined;
}

function oldLength(data: Uint8Array, at: number, type: number): Size | undefined {
  const bytes = [1, 2, 4][type];
  return bytes === undefined ? undefined : { from: at + bytes, length: big(data, at, bytes) };
}

const big = (data: Uint8Array, at: number, bytes: number): number =>
  data.subarray(at, at + bytes).reduce((value, byte) => value * 256 + byte, 0);
