// Format: signatures of ssh-keygen -Y sign, https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
import { createHash } from 'node:crypto';
import { base64, blobOf, reader } from './blob.ts';
import type { PublicKey } from './key-types.ts';
import { readBlob } from './public-key.ts';
import { isSigned } from './signature.ts';

/** A signature in the format of `ssh-keygen -Y sign` (PROTOCOL.sshsig of OpenSSH). */
export interface SshSignature {
  readonly key: PublicKey;
  readonly namespace: string;
  readonly reserved: Uint8Array;
  readonly hash: string;
  readonly signature: Uint8Array;
}

/** A text and the signature at its end. */
export interface SignedText {
  readonly message: Uint8Array;
  readonly armor: string;
}

const begin = '-----BEGIN SSH SIGNATURE-----';
const end = '-----END SSH SIGNATURE-----';
const magic = 'SSHSIG';
/** The width at which ssh-keygen wraps its base64. */
const lineLength = 70;

/** Splits the signature off the end of a text: everything before its first line is signed, byte for byte. */
export function trailingSignature(bytes: Uint8Array): SignedText | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = buffer.lastIndexOf(begin);
  if (at === -1) return undefined;
  // The signature may be in comments, so that programs without support for signatures can read the text.
  const prefix = buffer.subarray(Math.max(0, at - 2), at).toString('latin1') === '# ' ? '# ' : '';
  const from = at - prefix.length;
  const lines = buffer.subarray(from).toString('latin1');
  const armor = prefix === '' ? lines : lines.replace(/^# /gm, '');
  const whole = prefix === '' || lines.split('\n').every((line) => line === '' || line.startsWith(prefix));
  return { message: bytes.subarray(0, from), armor: whole ? armor : '' };
}

/**
 * Reads an armored signature, or returns what is wrong with it. Accepts only the exact form that ssh-keygen writes, so that
 * a signature has one spelling and no byte of it can be changed unnoticed.
 */
export function readSshSignature(armor: string): SshSignature | string {
  const text = armor.replace(/\n$/, '');
  const inner = text.slice(begin.length + 1, -end.length - 1);
  const blob = base64(inner.replaceAll('\n', ''));
  if (!blob || text !== armored(blob)) return 'is damaged';
  const from = reader(blob);
  if (!from.skip(magic.length) || Buffer.from(blob.subarray(0, magic.length)).toString('latin1') !== magic)
    return 'is not an SSH signature';
  const version = from.uint32();
  if (version !== 1) return `is of version ${version}, not 1`;
  const [keyBlob, namespace, reserved, hash, signature] = [
    from.string(),
    from.text(),
    from.string(),
    from.text(),
    from.string(),
  ];
  if (!keyBlob || namespace === undefined || !reserved || hash === undefined || !signature || from.rest() > 0)
    return 'is truncated';
  const key = readBlob(keyBlob);
  if (typeof key === 'string') return `holds a key that ${key}`;
  if (key.type.certificate) return 'is made by a certificate, which is not supported';
  return { key, namespace, reserved, hash, signature };
}

function armored(blob: Uint8Array): string {
  const text = Buffer.from(blob).toString('base64');
  const lines = text.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return [begin, ...lines, end].join('\n');
}

const hashes = ['sha256', 'sha512'];
const families = ['ed25519', 'ecdsa', 'rsa'];

/** Returns why this does not sign the message for this namespace, or undefined. Does not check whether the key is allowed. */
export function signatureFault(
  { key, namespace, reserved, hash, signature }: SshSignature,
  message: Uint8Array,
  wanted: string,
): string | undefined {
  if (namespace !== wanted) return `is for the namespace ${JSON.stringify(namespace)}, not "${wanted}"`;
  if (!families.includes(key.type.family)) return `is made by a key of type ${key.type.name}, which is not supported`;
  if (!hashes.includes(hash)) return `uses the hash ${JSON.stringify(hash)}, which is not supported`;
  const way = reader(signature).text();
  // A plain ssh-rsa signature uses SHA-1.
  if (key.type.family === 'rsa' && way !== 'rsa-sha2-256' && way !== 'rsa-sha2-512')
    return `is made by ${JSON.stringify(way)}, which is not supported`;
  const digest = createHash(hash).update(message).digest();
  const signed = Buffer.concat([Buffer.from(magic), blobOf(namespace, reserved, hash, digest)]);
  return isSigned(key, signed, signature) ? undefined : 'does not belong to this text: one of the two was changed';
}
