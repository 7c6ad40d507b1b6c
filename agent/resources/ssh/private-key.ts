// Format: OpenSSH private keys, https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
import { createECDH, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { asBigInt, type BlobReader, blobOf, numberField, reader } from './blob.ts';
import { curves } from './curves.ts';
import type { PublicKey } from './key-types.ts';
import { readBlob } from './public-key.ts';

/** Arbitrary data: the private half signs it, and the public half must verify the signature. */
const probe = Buffer.from('bootagent');
const magic = 'openssh-key-v1\0';

/** Returns the public half of an undamaged, unencrypted private key, or why the text is not one: "is empty". */
export function readPrivateKey(text: string): PublicKey | string {
  if (text.trim() === '') return 'is empty';
  const [, label = '', body = ''] = /-----BEGIN ([A-Z0-9 ]+)-----\s([\s\S]*?)-----END \1-----/.exec(text) ?? [];
  if (!label.endsWith('PRIVATE KEY')) return 'is not a private key';
  try {
    return label === 'OPENSSH PRIVATE KEY' ? fromOpenssh(Buffer.from(body, 'base64')) : fromPem(text);
  } catch {
    // The error message of OpenSSL may contain parts of the key.
    return 'is damaged';
  }
}

function fromOpenssh(bytes: Buffer): PublicKey | string {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return 'is damaged';
  const from = reader(bytes.subarray(magic.length));
  const cipher = from.text();
  from.string();
  from.string();
  const count = from.uint32();
  const [shown, hidden] = [from.string(), from.string()];
  if (cipher !== undefined && cipher !== 'none') return 'is locked by a passphrase';
  if (count !== 1 || !shown || !hidden) return 'is truncated';
  const key = readBlob(shown);
  if (typeof key === 'string') return `is damaged: it ${key}`;
  const inside = reader(hidden);
  // The check number is stored twice: two different values mean a wrong passphrase or damage.
  const [once, twice] = [inside.uint32(), inside.uint32()];
  const whole = once === twice && inside.text() === key.type.name;
  if (!whole || !belongs(key, inside) || inside.text() === undefined) return 'is damaged';
  return isPadding(hidden.subarray(inside.at())) ? key : 'is damaged';
}

/** Whether the bytes are 1, 2, 3 … */
const isPadding = (bytes: Uint8Array): boolean => bytes.every((byte, at) => byte === at + 1);

/** Whether the private half that follows belongs to the public one. */
function belongs(key: PublicKey, inside: BlobReader): boolean {
  const name = key.type.name;
  if (key.type.family === 'ed25519') {
    const [shown, both] = [inside.string(), inside.string()];
    if (!shown || both?.length !== 64) return false;
    const made = seedToPublic(both.subarray(0, 32));
    return made.equals(shown) && made.equals(both.subarray(32)) && isKey(key, blobOf(name, made));
  }
  if (key.type.family === 'ecdsa') {
    const [curve = '', point, secret] = [inside.text(), inside.string(), inside.number()];
    const known = curves.get(curve);
    if (!known || !point || !secret) return false;
    const pair = createECDH(known.openssl);
    pair.setPrivateKey(Buffer.from(secret));
    return pair.getPublicKey().equals(point) && isKey(key, blobOf(name, curve, point));
  }
  if (key.type.family !== 'rsa') return false;
  const [n, e, d, inverse, p, q] = Array.from({ length: 6 }, () => inside.number());
  if (!n || !e || !d || !inverse || !p || !q) return false;
  const [N, E, D, I, P, Q] = [asBigInt(n), asBigInt(e), asBigInt(d), asBigInt(inverse), asBigInt(p), asBigInt(q)];
  if (P < 2n || Q < 2n || P * Q !== N || (I * Q) % P !== 1n) return false;
  const undone = (E * D) % (P - 1n) === 1n && (E * D) % (Q - 1n) === 1n;
  return undone && isKey(key, blobOf(name, numberField(e), numberField(n)));
}

const isKey = ({ blob }: PublicKey, made: Buffer): boolean => made.equals(blob);

function seedToPublic(seed: Uint8Array): Buffer {
  // PKCS #8 for an Ed25519 key: everything except the seed is constant.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const { x = '' } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return Buffer.from(x, 'base64url');
}

function fromPem(text: string): PublicKey | string {
  if (/ENCRYPTED/.test(text)) return 'is locked by a passphrase';
  const secret = createPrivateKey(text);
  const shown = createPublicKey(secret);
  const hash = secret.asymmetricKeyType === 'ed25519' ? undefined : 'sha256';
  if (!verify(hash, probe, shown, sign(hash, probe, secret))) return 'is damaged';
  const jwk = shown.export({ format: 'jwk' });
  const bytes = (part = ''): Buffer => Buffer.from(part, 'base64url');
  if (jwk.kty === 'RSA') {
    return readBlob(blobOf('ssh-rsa', numberField(bytes(jwk.e)), numberField(bytes(jwk.n))));
  }
  if (jwk.kty === 'OKP') return readBlob(blobOf('ssh-ed25519', bytes(jwk.x)));
  const curve = [...curves].find(([, { jwk: name }]) => name === jwk.crv)?.[0] ?? '';
  return readBlob(blobOf(`ecdsa-sha2-${curve}`, curve, Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)])));
}

/** Returns the line of a .pub file. */
export const publicLine = ({ type, blob }: PublicKey, comment: string): string =>
  `${type.name} ${Buffer.from(blob).toString('base64')}${comment && ` ${comment}`}\n`;
