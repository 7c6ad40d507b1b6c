import { gunzipSync } from 'node:zlib';
import { isMime, typeOf } from './part-types.ts';
import { limits } from './schema/limits.ts';

/** User-data without its gzip and base64 layers, and the names of those layers, outermost first. */
export interface DecodedLayers {
  readonly bytes: Uint8Array;
  readonly told: readonly string[];
}

/** Removes all layers of gzip and base64. Returns the bytes and the layers, or the reason of a failure. */
export function decodeLayers(bytes: Uint8Array, most: number = limits.bytes): DecodedLayers | { readonly why: string } {
  const told: string[] = [];
  let inner = bytes;
  for (;;) {
    const wrapping = isGzip(inner) ? 'gzip' : isBase64(inner) ? 'base64' : undefined;
    if (!wrapping) return { bytes: inner, told };
    if (told.length === limits.wrappings) return { why: `more than ${limits.wrappings} layers of gzip and base64` };
    told.push(wrapping);
    const unwrapped = wrapping === 'gzip' ? unzip(inner, most) : decodeBase64(inner);
    if ('why' in unwrapped) return unwrapped;
    inner = unwrapped.bytes;
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function unzip(bytes: Uint8Array, most: number): { readonly bytes: Uint8Array } | { readonly why: string } {
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength: most }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { why: `unzips to more than ${most} bytes` };
    return { why: `is damaged gzip data (${error instanceof Error ? error.message : code})` };
  }
}

/** Whether the text is base64 of a known format: anything else that looks like base64 is left unchanged. */
function isBase64(bytes: Uint8Array): boolean {
  if (bytes.length < 8 || !/^[A-Za-z0-9+/]/.test(String.fromCharCode(bytes[0] ?? 0))) return false;
  const start = Buffer.from(bytes.subarray(0, 6000)).toString('latin1');
  if (!/^[A-Za-z0-9+/\s]+=*\s*$/.test(start)) return false;
  const inner = Buffer.from(start, 'base64');
  const text = inner.toString('latin1');
  return isGzip(inner) || typeOf(text) !== undefined || isMime(text) || isBase64(inner);
}

const decodeBase64 = (bytes: Uint8Array): { readonly bytes: Uint8Array } => ({
  bytes: Buffer.from(Buffer.from(bytes).toString('latin1'), 'base64'),
});
