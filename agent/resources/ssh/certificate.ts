// Format: OpenSSH certificates, https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys
import { type BlobReader, reader } from './blob.ts';
import type { PublicKey } from './key-types.ts';
import { isSigned } from './signature.ts';

/** Returns why a certificate, read up to the end of its key, is invalid or not signed by its authority; undefined if valid. */
export function isCertified(
  whole: Uint8Array,
  from: BlobReader,
  readKey: (blob: Uint8Array) => PublicKey | string,
): string | undefined {
  const cut = 'is a truncated certificate';
  if (!from.skip(8)) return cut;
  const sort = from.uint32();
  const id = from.text();
  const principals = from.string();
  if (sort === undefined || id === undefined || !principals || !from.skip(16)) return cut;
  const [critical, extensions, reserved, authority] = [from.string(), from.string(), from.string(), from.string()];
  if (!critical || !extensions || !reserved || !authority) return cut;
  const signed = whole.subarray(0, from.at());
  const signature = from.string();
  if (!signature) return cut;
  if (sort !== 1 && sort !== 2) return 'is a certificate for neither users nor hosts';
  if (![principals, critical, extensions].every((each, index) => isList(each, index > 0))) return cut;
  const key = readKey(authority);
  if (typeof key === 'string') return `has an authority that ${key}`;
  return isSigned(key, signed, signature) ? undefined : 'is a certificate that its authority did not sign';
}

/** Whether the bytes are a list of texts, or with `pairs` of options: a name and a value each. */
function isList(bytes: Uint8Array, pairs: boolean): boolean {
  const from = reader(bytes);
  while (from.rest() > 0) {
    if (from.text() === undefined) return false;
    if (pairs && from.string() === undefined) return false;
  }
  return true;
}
