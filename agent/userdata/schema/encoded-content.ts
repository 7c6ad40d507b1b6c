import { gunzipSync } from 'node:zlib';
import { limits } from './limits.ts';

const base64 = ['b64', 'base64'];
const gzip = ['gz', 'gzip'];

/** The values that `encoding` accepts. */
export const encodings: readonly string[] = [
  'text/plain',
  ...base64,
  ...gzip,
  ...gzip.flatMap((zip) => base64.map((text) => `${zip}+${text}`)),
];

/** Whether content declared as base64 holds other characters, which decoding skips. */
export const isSullied = (content: string | Uint8Array, encoding: string): boolean =>
  encoding.split('+').some((layer) => base64.includes(layer)) &&
  typeof content === 'string' &&
  !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content);

/** Returns the content decoded by `encoding`, up to `most` bytes, or the reason why it cannot be decoded. */
export function unpacked(
  content: string | Uint8Array,
  encoding: string,
  most: number = limits.bytes,
): { readonly content: string | Uint8Array } | { readonly why: string } {
  const layers = encoding.toLowerCase().split('+');
  const coded = layers.some((layer) => base64.includes(layer));
  if (!coded && !layers.some((layer) => gzip.includes(layer))) return { content };
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  const bytes = coded ? Buffer.from(text.replace(/[^A-Za-z0-9+/=]/g, ''), 'base64') : Buffer.from(content);
  if (!layers.some((layer) => gzip.includes(layer))) return { content: bytes };
  try {
    return { content: gunzipSync(bytes, { maxOutputLength: Math.max(1, most) }) };
  } catch (error) {
    const tooMuch = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return {
      why: tooMuch ? `unzips to more than ${limits.bytes} bytes, with the contents before it` : 'is not gzip data',
    };
  }
}
