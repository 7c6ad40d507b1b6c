import { type AllowedSigners, signerOf } from '../resources/ssh/allowed-signers.ts';
import { fingerprintOf } from '../resources/ssh/key-fingerprint.ts';
import { readSshSignature, type SignedText, signatureFault, trailingSignature } from '../resources/ssh/sshsig.ts';
import { decodeLayers } from '../userdata/decode-layers.ts';
import { decodeBody, readMime } from '../userdata/mime.ts';
import { isMime } from '../userdata/part-types.ts';

/** The namespace of signatures, so that a signature for another purpose is not accepted. */
export const signatureNamespace = 'bootagent';

/** The signed text and its signer, or why the signature is not accepted. */
export type SignatureVerdict = { readonly message: Uint8Array; readonly by: string } | { readonly refused: string };

/** Checks the signature of user-data: behind the text, or in a MIME part of its own; inside gzip and base64 too. */
export function verifyUserData(bytes: Uint8Array, signers: AllowedSigners, now: number): SignatureVerdict {
  const signed = signedIn(bytes);
  if (typeof signed === 'string') return { refused: signed };
  const signature = readSshSignature(signed.armor);
  if (typeof signature === 'string') return { refused: `its signature ${signature}` };
  const signer = signerOf(signature.key, signers, signatureNamespace, now);
  if (typeof signer === 'string') return { refused: `its signature ${signer}` };
  const fault = signatureFault(signature, signed.message, signatureNamespace);
  if (fault !== undefined) return { refused: `its signature ${fault}` };
  return { message: signed.message, by: `${signer.principals} (${fingerprintOf(signature.key)})` };
}

function signedIn(bytes: Uint8Array): SignedText | string {
  // The bytes of gzip may end in anything, so the encoded bytes are checked before the decoded ones.
  const outer = signedPlain(bytes);
  if (typeof outer !== 'string') return outer;
  const unwrapped = decodeLayers(bytes);
  return 'why' in unwrapped || unwrapped.told.length === 0 ? outer : signedPlain(unwrapped.bytes);
}

function signedPlain(bytes: Uint8Array): SignedText | string {
  const trailing = trailingSignature(bytes);
  if (!trailing) return inMime(bytes) ?? 'it has no signature';
  if (/-----END SSH SIGNATURE-----\n?$/.test(trailing.armor)) return trailing;
  return inMime(bytes) ?? 'something follows its signature';
}

/**
 * Returns the text and the signature of a MIME message of two parts. Only the text is signed, so only the text is read: the
 * headers of its part are ignored.
 */
function inMime(bytes: Uint8Array): SignedText | string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (!isMime(text)) return undefined;
  const leaves = readMime(text, { error: () => undefined, warning: () => {} }).map(decodeBody);
  const isSignature = (body: Uint8Array): boolean =>
    Buffer.from(body.subarray(0, 40)).toString('latin1').startsWith('-----BEGIN SSH SIGNATURE-----');
  const signatures = leaves.filter(isSignature);
  const [message, ...others] = leaves.filter((body) => !isSignature(body));
  const [signature, ...more] = signatures;
  if (!signature) return undefined;
  if (!message || others.length > 0 || more.length > 0)
    return 'a signed message has two parts, the text and its signature; sign a message of more parts as a whole';
  return { message, armor: Buffer.from(signature).toString('latin1') };
}
