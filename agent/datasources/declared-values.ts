import type { FetchContext } from '../metadata/datasource.ts';
import { mostUserData } from '../metadata/http-tree.ts';
import { asObject, bytesAt, type Tree, textAt, unlessRubbish, utf8 } from '../metadata/tree.ts';
import type { DocumentFields, ValuePlace } from './declaration.ts';

/** The sources of values: a document, and the tree that it came from. */
export interface Values {
  readonly ask: FetchContext;
  readonly tree: Tree;
  readonly document: DocumentFields;
  /** The path of the document, for messages. */
  readonly from: string;
}

/** Returns a field of the document by its path: "metadata.user_data". */
export const fieldOf = (document: DocumentFields, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => asObject(value)?.[name], document);

/** Returns a value as a text; one of another type is reported and left out. */
export async function textIn(values: Values, place: ValuePlace | undefined): Promise<string | undefined> {
  if (place === undefined) return undefined;
  const { at, pick } = typeof place === 'string' ? { at: place } : place;
  const { ask, tree } = values;
  const text = at.startsWith('/')
    ? await unlessRubbish(ask, tree, () => textAt(tree, at))
    : textOf(values, at)?.trim() || undefined;
  if (text === undefined || pick === undefined) return text;
  const found = pick.exec(text);
  return found?.[1] ?? found?.[0];
}

/** Returns user-data or vendor-data as bytes, without the encoding that the declaration or the service names. */
export async function bytesIn(
  values: Values,
  place: ValuePlace | readonly string[] | undefined,
): Promise<Uint8Array | undefined> {
  if (place === undefined) return undefined;
  if (typeof place === 'string') return rawIn(values, place);
  if ('length' in place) {
    for (const each of place) {
      const bytes = await rawIn(values, each);
      if (bytes) return bytes;
    }
    return undefined;
  }
  const { at, encodedAs } = place;
  const bytes = await rawIn(values, at);
  const named = encodedAs === undefined ? undefined : await textIn(values, encodedAs);
  const encoding = named ?? place.encoding;
  // Truncated text is not decoded: it might pass for complete.
  if (bytes === undefined || encoding === undefined || bytes.length >= mostUserData) return bytes;
  const decoded = fromBase64(utf8(bytes));
  if (encoding === 'maybe-base64') return decoded ?? bytes;
  if (encoding !== 'base64') warn(values, at, `the encoding "${encoding}" is unknown: it is used as it is`);
  else if (decoded === undefined) warn(values, at, 'invalid base64: left out');
  return encoding === 'base64' ? decoded : bytes;
}

async function rawIn(values: Values, at: string): Promise<Uint8Array | undefined> {
  const { ask, tree } = values;
  if (at.startsWith('/')) return unlessRubbish(ask, tree, () => bytesAt(tree, at));
  const text = textOf(values, at);
  return text ? new TextEncoder().encode(text) : undefined;
}

function textOf(values: Values, at: string): string | undefined {
  const value = fieldOf(values.document, at);
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  // Some services write an empty list for a value that is not set.
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  if (!isEmpty) warn(values, at, 'not a text: left out');
  return undefined;
}

/** Reports what is wrong with a value, with its URL and its field. */
const warn = ({ ask, tree, from }: Values, at: string, wrong: string): void =>
  ask.note('warning', at.startsWith('/') ? `${tree.where(at)}: ${wrong}` : `${tree.where(from)}: "${at}": ${wrong}`);

/** Returns the bytes of a base64 text with or without line breaks; undefined if it is invalid. */
export function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/\s+/g, '');
  const isValid = packed !== '' && packed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
  return isValid ? new Uint8Array(Buffer.from(packed, 'base64')) : undefined;
}
