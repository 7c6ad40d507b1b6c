// Format: https://www.rfc-editor.org/rfc/rfc4253 (6.6), rfc5656, rfc8332, rfc8709
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { mapOf } from '../../base/map-of.ts';
import { asBigInt, reader } from './blob.ts';
import { curves } from './curves.ts';
import type { PublicKey } from './key-types.ts';

const hashes = mapOf({
  'ssh-rsa': 'sha1',
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  nistp256: 'sha256',
  nistp384: 'sha384',
  nistp521: 'sha512',
});

/** Whether an SSH signature (RFC 4253, RFC 5656, RFC 8332, RFC 8709) over `data` was made by this key. */
export function isSigned(key: PublicKey, data: Uint8Array, signature: Uint8Array): boolean {
  const from = reader(signature);
  const name = from.text() ?? '';
  const bytes = from.string();
  if (!bytes || from.rest() > 0) return false;
  const { family, curve = '' } = key.type;
  try {
    if (family === 'rsa') return verify(hashes.get(name), data, keyObject(key), bytes);
    if (name !== key.type.name) return false;
    if (family === 'ed25519') return verify(undefined, data, keyObject(key), bytes);
    return family === 'ecdsa' && verify(hashes.get(curve), data, keyObject(key), asPair(bytes, curve));
  } catch {
    // OpenSSL does not support the key or hash: a signature that cannot be verified is invalid.
    return false;
  }
}

/** Returns the two numbers of an ECDSA signature in DER, the default `dsaEncoding` of node:crypto. */
function asPair(bytes: Uint8Array, curve: string): Buffer {
  const from = reader(bytes);
  const size = curves.get(curve)?.bytes ?? 0;
  const [r, s] = [from.number(), from.number()];
  if (!r || !s || from.rest() > 0) throw new Error('no pair of numbers');
  return derOf(
    [r, s].map((each) =>
      asBigInt(each)
        .toString(16)
        .padStart(size * 2, '0'),
    ),
  );
}

function derOf(numbers: readonly string[]): Buffer {
  const parts = numbers.map((hex) => {
    const trimmed = Buffer.from(hex.replace(/^(?:00)+(?=..)/, ''), 'hex');
    const bytes = (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), trimmed]) : trimmed;
    return Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
  });
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length];
  return Buffer.concat([Buffer.from([0x30, ...length]), body]);
}

/** Returns the key in the form that node:crypto accepts. */
function keyObject({ type, blob }: PublicKey): KeyObject {
  const from = reader(blob);
  from.text();
  const url = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url');
  if (type.family === 'rsa') {
    const [e, n] = [from.number(), from.number()];
    return createPublicKey({ format: 'jwk', key: { kty: 'RSA', e: url(e), n: url(n) } });
  }
  if (type.family === 'ed25519') {
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: url(from.string()) } });
  }
  const curve = curves.get(from.text() ?? '');
  const point = from.string();
  if (!curve || !point) throw new Error(`no form for a key of type ${type.name}`);
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: curve.jwk, x: url(x), y: url(y) } });
}
