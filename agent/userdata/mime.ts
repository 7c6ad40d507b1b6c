// Format: MIME, https://www.rfc-editor.org/rfc/rfc2045 and https://www.rfc-editor.org/rfc/rfc2046
import { limits } from './schema/limits.ts';

/** One leaf of a MIME message, still encoded. */
export interface Leaf {
  readonly headers: ReadonlyMap<string, string>;
  readonly type: string;
  readonly filename: string | undefined;
  readonly body: string;
  /** The line of the message that the body begins on, from 1. */
  readonly line: number;
}

export interface Tell {
  error(line: number, message: string, hint?: string): undefined;
  warning(line: number, message: string, hint?: string): void;
}

/** Returns the leaves of a MIME message in their order, parsed as Python's email package does. */
export function readMime(text: string, tell: Tell): readonly Leaf[] {
  const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  const leaves: Leaf[] = [];
  readEntity(lines, 0, lines.length, 0, leaves, tell);
  return leaves;
}

function readEntity(
  lines: readonly string[],
  from: number,
  to: number,
  depth: number,
  leaves: Leaf[],
  tell: Tell,
): undefined {
  if (leaves.length > limits.parts) return undefined;
  const { headers, bodyFrom } = readHeaders(lines, from, to);
  const { value, parameters } = parameterised(headers.get('content-type') ?? '');
  const type = /^[^/\s]+\/[^/\s]+$/.test(value) ? value.toLowerCase() : 'text/plain';
  if (!type.startsWith('multipart/')) {
    const disposition = parameterised(headers.get('content-disposition') ?? '').parameters;
    const filename = disposition.get('filename') ?? parameters.get('name');
    const body = lines.slice(bodyFrom, to).join('');
    leaves.push({
      headers,
      type,
      filename,
      body: depth === 0 ? body : body.replace(/(?:\r\n|\r|\n)$/, ''),
      line: bodyFrom + 1,
    });
    return undefined;
  }
  const boundary = parameters.get('boundary')?.trimEnd();
  if (!boundary)
    return tell.error(from + 1, `a ${type} message names no boundary`, 'add boundary="..." to its Content-Type');
  if (depth === limits.nesting) return tell.error(from + 1, `multipart messages more than ${limits.nesting} deep`);
  return readParts(lines, bodyFrom, to, boundary, depth, leaves, tell);
}

function readParts(
  lines: readonly string[],
  from: number,
  to: number,
  boundary: string,
  depth: number,
  leaves: Leaf[],
  tell: Tell,
): undefined {
  let begun: number | undefined;
  for (let index = from; index < to; index++) {
    const rest = afterBoundary(lines[index] ?? '', boundary);
    if (rest === undefined) continue;
    // Adjacent boundary lines enclose no part.
    if (begun !== undefined && begun < index) readEntity(lines, begun, index, depth + 1, leaves, tell);
    if (leaves.length > limits.parts) return tell.error(index + 1, `more than ${limits.parts} parts`);
    begun = index + 1;
    if (rest === '--') return undefined;
  }
  if (begun === undefined) return tell.error(from + 1, `no line begins with the boundary "--${boundary}"`);
  tell.warning(to, `the last boundary "--${boundary}--" is missing`, 'the user-data may be truncated');
  return begun < to ? readEntity(lines, begun, to, depth + 1, leaves, tell) : undefined;
}

function afterBoundary(line: string, boundary: string): '' | '--' | undefined {
  if (!line.startsWith('--') || !line.startsWith(boundary, 2)) return undefined;
  const rest = line.slice(boundary.length + 2).trimEnd();
  return rest === '' || rest === '--' ? rest : undefined;
}

function readHeaders(
  lines: readonly string[],
  from: number,
  to: number,
): { readonly headers: ReadonlyMap<string, string>; readonly bodyFrom: number } {
  const headers = new Map<string, string>();
  let name: string | undefined;
  for (let index = from; index < to; index++) {
    const line = (lines[index] ?? '').replace(/[\r\n]+$/, '');
    if (line === '') return { headers, bodyFrom: index + 1 };
    const [, field, value = ''] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (field) {
      name = field.toLowerCase();
      // The first of several headers with one name wins.
      if (headers.has(name)) name = undefined;
      else headers.set(name, value);
    } else if (/^[ \t]/.test(line) && index > from) {
      if (name) headers.set(name, `${headers.get(name)} ${line.trim()}`);
    } else if (!/^From /.test(line)) return { headers, bodyFrom: index };
  }
  return { headers, bodyFrom: to };
}

/** Splits a header such as `multipart/mixed; boundary="a b"` into its value and its parameters. */
function parameterised(header: string): { readonly value: string; readonly parameters: ReadonlyMap<string, string> } {
  const [value = '', ...rest] = header.match(/(?:"(?:\\.|[^"\\])*"|[^;"]|")+/g) ?? [];
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    const equals = piece.indexOf('=');
    if (equals < 0) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    const written = piece.slice(equals + 1).trim();
    const bare = written.startsWith('"') && written.endsWith('"') && written.length > 1;
    const text = bare ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written;
    // RFC 2231: charset'language'percent-encoded.
    if (name.endsWith('*')) parameters.set(name.slice(0, -1), percentDecoded(text.replace(/^[^']*'[^']*'/, '')));
    else if (!parameters.has(name)) parameters.set(name, text);
  }
  return { value: value.trim(), parameters };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the bytes of a leaf's body, decoded by its Content-Transfer-Encoding. */
export function decodeBody({ headers, body }: Leaf): Uint8Array {
  const encoding = headers.get('content-transfer-encoding')?.trim().toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(body);
  const joined = body.replace(/=(?:\r?\n|$)/g, '');
  const escaped = Buffer.from(joined)
    .toString('latin1')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(escaped, 'latin1');
}
