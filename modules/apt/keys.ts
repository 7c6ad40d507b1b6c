import type { ChangeOf } from '../../agent/engine/change.ts';
import { dearmored, isArmored } from '../../agent/resources/packages/openpgp.ts';
import type { KeySettings } from './settings.ts';

/** Keys that every repository may be signed by, and keys that a repository names with "signed-by=$KEY_FILE". */
export const keyFolders = { everywhere: '/etc/apt/trusted.gpg.d', named: '/etc/apt/cloud-init.gpg.d' } as const;

/** Returns the change that writes a key, or why there can be none; undefined if no key is asked for. */
export function keyChange(settings: KeySettings, path: string): ChangeOf<'file' | 'apt-key'> | string | undefined {
  const { key, keyid, keyserver = 'keyserver.ubuntu.com' } = settings;
  const fingerprint = keyid === undefined ? {} : { fingerprint: keyid };
  if (key !== undefined && isArmored(key)) {
    const content = dearmored(key);
    return typeof content === 'string' ? content : { kind: 'file', path, content, mode: 0o644 };
  }
  if (key !== undefined) return { kind: 'apt-key', path, url: key, ...fingerprint };
  if (keyid === undefined) return undefined;
  return {
    kind: 'apt-key',
    path,
    url: `${serverOf(keyserver)}/pks/lookup?op=get&options=mr&search=0x${keyid}`,
    ...fingerprint,
  };
}

/** Returns the https address of a key server. The ports of plain HKP have no TLS. */
function serverOf(keyserver: string): string {
  const host = keyserver.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return `https://${/^(?:hkp|http):/.test(keyserver) ? host.replace(/:\d+$/, '') : host.replace(/:11371$/, '')}`;
}
