import { cloudInitKeys } from './cloud-init-keys.ts';
import { decodeLayers } from './decode-layers.ts';
import { decodeBody, type Leaf, readMime } from './mime.ts';
import { containers, handlers } from './part-handlers.ts';
import { isMime, isPacked, isVague, typeOf } from './part-types.ts';
import { isForUs, type Origin, type Part, type Reading } from './reading.ts';
import { limits } from './schema/limits.ts';
import type { Place } from './schema/source-node.ts';
import { foreign } from './unsupported-formats.ts';

const startOf = ({ source, line }: Origin): Place => ({ source, line, column: 1 });

/** Reads user-data bytes: compressed or encoded, a MIME message, or one part. */
export async function readUserDataBytes(packed: Uint8Array, origin: Origin, reading: Reading): Promise<void> {
  const text = unpack(packed, origin, reading);
  if (text === undefined) return;
  if (origin.depth > limits.nesting) {
    return reading.findings.error('', startOf(origin), `parts within parts more than ${limits.nesting} deep`);
  }
  if (!isMime(text))
    return readPart({ type: typeOf(text) ?? 'text/x-not-multipart', name: undefined, text, origin }, reading);
  const place = (line: number): Place => ({ ...startOf(origin), line: origin.line + line - 1 });
  const leaves = readMime(text, {
    error: (line, message, hint) => void reading.findings.error('', place(line), message, hint),
    warning: (line, message, hint) => reading.findings.warning('', place(line), message, hint),
  });
  for (const leaf of leaves) {
    if (reading.taken.parts > limits.parts) return;
    await readLeaf(leaf, origin, reading);
  }
}

async function readLeaf(leaf: Leaf, within: Origin, reading: Reading): Promise<void> {
  const plain = !['base64', 'quoted-printable'].includes(
    leaf.headers.get('content-transfer-encoding')?.trim().toLowerCase() ?? '',
  );
  const name = leaf.filename ?? `part ${reading.taken.parts + 1}`;
  const origin = plain
    ? { ...within, line: within.line + leaf.line - 1, depth: within.depth + 1 }
    : { source: `${within.source} (${name})`, line: 1, depth: within.depth + 1 };
  const text = unpack(decodeBody(leaf), origin, reading);
  if (text === undefined) return;
  const type = isVague(leaf.type)
    ? (typeOf(text) ?? (isPacked(leaf.type) ? 'text/x-not-multipart' : leaf.type))
    : leaf.type;
  const part = {
    type,
    name: leaf.filename,
    text,
    origin,
    launchIndex: leaf.headers.get('launch-index')?.trim(),
    mergeType: leaf.headers.get('merge-type') ?? leaf.headers.get('x-merge-type'),
  };
  await readPart(part, reading);
}

/** Returns the text without its gzip and base64 layers and its byte order mark. */
function unpack(packed: Uint8Array, origin: Origin, { findings, taken, told, sources }: Reading): string | undefined {
  const place = startOf(origin);
  const left = limits.bytes - taken.bytes;
  const peeled = decodeLayers(packed, left);
  if ('why' in peeled) return void findings.error('', place, peeled.why);
  told.push(...peeled.told);
  taken.bytes += origin.depth > 0 && peeled.told.length === 0 ? 0 : peeled.bytes.length;
  if (peeled.bytes.length > left) return void findings.error('', place, `more than ${limits.bytes} bytes, unpacked`);
  const decoded = decodeUtf8(peeled.bytes);
  if (typeof decoded === 'number') {
    return void findings.error('', { ...place, line: place.line + decoded }, 'this line is not text in UTF-8');
  }
  const text = decoded.replace(/^\ufeff/, '');
  if (text.length < decoded.length) {
    const hint = 'save it as UTF-8 without a byte order mark: cloud-init reads nothing of it';
    findings.warning('', place, 'it begins with a byte order mark', hint);
  }
  if (!sources.has(origin.source)) sources.set(origin.source, text);
  return text;
}

/** Returns the text, or the number of lines before the first that is not valid UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | number {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const [readable = ''] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\ufffd', 1);
    return readable.split('\n').length - 1;
  }
}

/** Reads one part with the handler of its type. */
export async function readPart(part: Part, reading: Reading): Promise<void> {
  const place = startOf(part.origin);
  if (reading.taken.parts++ >= limits.parts) {
    if (reading.taken.parts === limits.parts + 1) reading.findings.error('', place, `more than ${limits.parts} parts`);
    return;
  }
  if (!isForUs(part.launchIndex, reading)) return;
  const handler = handlers.get(part.type);
  if (handler) {
    // Containers are not counted: the count names scripts that have no file name.
    if (!containers.has(part.type)) reading.taken.named++;
    try {
      return await handler(part, reading);
    } catch (error) {
      // An exception in one handler costs only its part: the other parts and the metadata keys do not depend on it.
      const why = error instanceof Error ? error.message : String(error);
      return reading.findings.error('', place, `this part cannot be read: ${why}`, undefined, 'unexpected');
    }
  }
  if (part.text.trim() === '') return;
  if (part.type !== 'text/x-not-multipart' && part.type !== 'text/plain') {
    const hint = 'nothing is done with it';
    return reading.findings.warning(
      '',
      place,
      `bootagent does not read parts of the type ${part.type}`,
      hint,
      'unsupported',
    );
  }
  const { level, message, hint } = foreign(part.text, cloudInitKeys);
  reading.findings[level]('', place, message, hint);
}
