import { generateKeyPairSync } from 'node:crypto';
import { blobOf } from '../../agent/resources/ssh/blob.ts';
import { publicLine, readPrivateKey } from '../../agent/resources/ssh/private-key.ts';
import type { Program } from './memory-host.ts';

/** Returns the public key, without a comment, whose bytes are all this number. */
export const keyOf = (number: number): string =>
  `ssh-ed25519 ${blobOf('ssh-ed25519', Buffer.alloc(32, number)).toString('base64')}`;

/** The texts of a private key file and of its public half. */
export interface KeyPair {
  readonly secret: string;
  readonly shown: string;
}

export function rsaPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const key = readPrivateKey(secret);
  return { secret, shown: typeof key === 'string' ? '' : publicLine(key, 'root@x') };
}

/** Returns an ssh-keygen that writes a pair to the path at the end of its arguments. */
export const keygenOf =
  (pair: () => KeyPair): Program =>
  (args, machine) => {
    const path = args.at(-1) ?? '';
    const { secret, shown } = pair();
    const node = { type: 'file', mode: 0o600, uid: 0, gid: 0, modifiedMs: 0 } as const;
    machine.nodes.set(path, { ...node, bytes: Buffer.from(secret) });
    machine.nodes.set(`${path}.pub`, { ...node, bytes: Buffer.from(shown) });
    return '';
  };
