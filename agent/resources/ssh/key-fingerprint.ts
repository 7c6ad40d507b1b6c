import { sha256 } from '../../base/sha256.ts';
import type { PublicKey } from './key-types.ts';

/** Returns the fingerprint of a key as `ssh-keygen -l` and SSH clients print it: "SHA256:…". */
export const fingerprintOf = ({ blob }: PublicKey): string =>
  `SHA256:${Buffer.from(sha256(blob)).toString('base64').replace(/=+$/, '')}`;

/** Returns the line that `ssh-keygen -l` prints for a key. */
export const fingerprintLine = (key: PublicKey, comment: string): string => {
  const { label, certificate } = key.type;
  return `${key.bits} ${fingerprintOf(key)} ${comment || 'no comment'} (${label}${certificate ? '-CERT' : ''})`;
};
