import { sha256 } from '../../base/sha256.ts';
import type { PublicKey } from './key-types.ts';

/** The key's fingerprint, as `ssh-keygen -l` and every ssh client show it: "SHA256:…". */
export const fingerprintOf = ({ blob }: PublicKey): string =>
  `SHA256:${Buffer.from(sha256(blob)).toString('base64').replace(/=+$/, '')}`;

/** One line as `ssh-keygen -l` prints it. */
export const fingerprintLine = (key: PublicKey, comment: string): string => {
  const { label, certificate } = key.type;
  return `${key.bits} ${fingerprintOf(key)} ${comment || 'no comment'} (${label}${certificate ? '-CERT' : ''})`;
};
