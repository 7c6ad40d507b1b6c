export type Family = 'rsa' | 'dsa' | 'ecdsa' | 'ed25519' | 'ecdsa-sk' | 'ed25519-sk';

/** A type of public key that OpenSSH supports. */
export interface KeyType {
  readonly family: Family;
  readonly curve?: string;
  /** The type name of the plain key, without a certificate. */
  readonly name: string;
  /** The name that ssh-keygen -l prints. */
  readonly label: string;
  readonly certificate: boolean;
}

/** A public key, or the key that a certificate certifies. */
export interface PublicKey {
  readonly type: KeyType;
  readonly bits: number;
  /** The plain key in canonical form: equal keys have equal blobs. */
  readonly blob: Uint8Array;
}

const plain: readonly Omit<KeyType, 'certificate'>[] = [
  { family: 'rsa', name: 'ssh-rsa', label: 'RSA' },
  { family: 'dsa', name: 'ssh-dss', label: 'DSA' },
  { family: 'ecdsa', curve: 'nistp256', name: 'ecdsa-sha2-nistp256', label: 'ECDSA' },
  { family: 'ecdsa', curve: 'nistp384', name: 'ecdsa-sha2-nistp384', label: 'ECDSA' },
  { family: 'ecdsa', curve: 'nistp521', name: 'ecdsa-sha2-nistp521', label: 'ECDSA' },
  { family: 'ed25519', name: 'ssh-ed25519', label: 'ED25519' },
  { family: 'ecdsa-sk', curve: 'nistp256', name: 'sk-ecdsa-sha2-nistp256@openssh.com', label: 'ECDSA-SK' },
  { family: 'ed25519-sk', name: 'sk-ssh-ed25519@openssh.com', label: 'ED25519-SK' },
];

/** Signature algorithms that OpenSSH also accepts as key types. */
const aliases: readonly (readonly [string, string])[] = [
  ['rsa-sha2-256', 'ssh-rsa'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['webauthn-sk-ecdsa-sha2-nistp256@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'],
];

const certificateName = (name: string): string => `${name.replace('@openssh.com', '')}-cert-v01@openssh.com`;

/** Every word that can precede the base64 of a key. */
export const keyTypes: ReadonlyMap<string, KeyType> = new Map([
  ...plain.flatMap((type): [string, KeyType][] => [
    [type.name, { ...type, certificate: false }],
    [certificateName(type.name), { ...type, certificate: true }],
  ]),
  ...aliases.flatMap(([alias, name]): [string, KeyType][] => {
    const type = plain.find((each) => each.name === name);
    if (!type) return [];
    const certified: [string, KeyType][] = alias.startsWith('rsa')
      ? [[certificateName(alias), { ...type, certificate: true }]]
      : [];
    return [[alias, { ...type, certificate: false }], ...certified];
  }),
]);

/** Returns the key type named in a blob. There OpenSSH also accepts its short names, "RSA" or "ED25519", if unambiguous. */
export const keyTypeInside = (name: string): KeyType | undefined =>
  keyTypes.get(name) ?? [...keyTypes.values()].find((type) => !type.certificate && !type.curve && type.label === name);
