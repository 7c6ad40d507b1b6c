// Format: SSH public keys, https://www.rfc-editor.org/rfc/rfc4253#section-6.6
import { type BlobReader, base64, bits, blobOf, numberField, reader } from './blob.ts';
import { isCertified } from './certificate.ts';
import { curves, isPoint } from './curves.ts';
import { type KeyType, keyTypeInside, type PublicKey } from './key-types.ts';

/** Reads the base64 of a key as OpenSSH does, or returns why it is not one. */
export function readPublicKey(text: string): PublicKey | string {
  const bytes = base64(text);
  return bytes ? readBlob(bytes) : 'is not base64';
}

export function readBlob(bytes: Uint8Array, certificates = true): PublicKey | string {
  const from = reader(bytes);
  const name = from.text();
  const type = name === undefined ? undefined : keyTypeInside(name);
  if (!type) return name === undefined ? 'is truncated' : `holds a key of the unknown type ${JSON.stringify(name)}`;
  if (type.certificate && (!certificates || from.string() === undefined)) return 'is truncated';
  const key = readFields(type, from);
  if (typeof key === 'string') return key;
  if (type.certificate) {
    const wrong = isCertified(bytes, from, (inner) => readBlob(inner, false));
    if (wrong !== undefined) return wrong;
  }
  return from.rest() === 0 ? { type, ...key } : 'has more in it than a key';
}

type Fields = Pick<PublicKey, 'bits' | 'blob'> | string;

function readFields(type: KeyType, from: BlobReader): Fields {
  switch (type.family) {
    case 'rsa':
      return numbers(type, from, 2, 1, 1024);
    case 'dsa':
      return numbers(type, from, 4, 0, 0);
    case 'ecdsa':
      return point(type, from, []);
    case 'ed25519':
      return ed25519(type, from, []);
    case 'ecdsa-sk':
      return point(type, from, ['application']);
    case 'ed25519-sk':
      return ed25519(type, from, ['application']);
  }
}

function numbers({ name }: KeyType, from: BlobReader, count: number, sized: number, least: number): Fields {
  const found = Array.from({ length: count }, () => from.number());
  if (found.includes(undefined)) return 'is truncated';
  const all = found as Uint8Array[];
  const size = bits(all[sized] ?? new Uint8Array());
  if (size < least) return `is an RSA key of ${size} bits; OpenSSH takes none below ${least}`;
  return { bits: size, blob: blobOf(name, ...all.map(numberField)) };
}

function point({ name, curve = '' }: KeyType, from: BlobReader, more: readonly string[]): Fields {
  const named = from.text();
  const bytes = from.string();
  const tail = more.map(() => from.text());
  if (named === undefined || bytes === undefined || tail.includes(undefined)) return 'is truncated';
  const known = curves.get(curve);
  if (named !== curve || !known) return `is of the curve ${JSON.stringify(named)}, not ${curve}`;
  if (!isPoint(known, bytes)) return `is not a point of the curve ${curve}`;
  return { bits: Number(curve.slice(-3)), blob: blobOf(name, curve, bytes, ...(tail as string[])) };
}

function ed25519({ name }: KeyType, from: BlobReader, more: readonly string[]): Fields {
  const bytes = from.string();
  const tail = more.map(() => from.text());
  if (bytes === undefined || tail.includes(undefined)) return 'is truncated';
  if (bytes.length !== 32) return `is an Ed25519 key of ${bytes.length} bytes, not 32`;
  return { bits: 256, blob: blobOf(name, bytes, ...(tail as string[])) };
}
