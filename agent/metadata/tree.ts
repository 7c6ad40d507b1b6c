import { Problem } from '../base/problem.ts';
import type { FetchContext } from './datasource.ts';

/** A tree of small metadata files: over HTTP, on a drive or in a directory. */
export interface Tree {
  /** Returns the location of a path for messages: a URL or a file name. */
  where(path: string): string;
  /** Returns the bytes at a path, or undefined if it is missing. Bytes that `wrong` rejects are requested again or a problem. */
  read(path: string, wrong?: Wrong): Promise<Uint8Array | undefined>;
  /** Its files do not change: reading an invalid one again does not help. */
  readonly still?: true;
}

/** Reads an optional part; an invalid one is reported and left out. */
export async function orNothing<T>(
  { note }: Pick<FetchContext, 'note'>,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    note('warning', `${error.message}: left out`);
    return undefined;
  }
}

/**
 * Reads an important part that is not the identity. It is requested until it arrives. It is left out if it is an invalid file,
 * or if no later stage of this boot fetches again: missing user-data must not hold back the keys.
 */
export async function unlessRubbish<T>(ask: Partially, tree: Tree, read: () => Promise<T>): Promise<T | undefined> {
  if (!tree.still && !ask.last) return read();
  const note: FetchContext['note'] = (level, text) => {
    ask.note(level, text);
    // The next boot would find the same invalid file.
    if (!tree.still) ask.without?.(text);
  };
  return orNothing({ note }, read);
}

type Partially = Pick<FetchContext, 'note' | 'last' | 'without'>;

/** Returns what is wrong with some bytes, as a text, or undefined. */
export type Wrong = (body: Uint8Array) => string | undefined;

/** Returns one value as a text without surrounding white space, or undefined if it is missing or empty. */
export async function textAt(tree: Tree, path: string): Promise<string | undefined> {
  const body = await tree.read(path, notText);
  return (body && utf8(body).trim()) || undefined;
}

/** Returns the lines that are not empty, or undefined if the file is missing or empty. */
export async function linesAt(tree: Tree, path: string): Promise<readonly string[] | undefined> {
  const text = await textAt(tree, path);
  return text?.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** Returns a JSON object, or undefined if the file is missing or empty. */
export async function jsonAt(tree: Tree, path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const body = await tree.read(path, (bytes) => notJson(bytes) ?? (isObjectText(bytes) ? undefined : 'no JSON object'));
  return body && body.length > 0 ? asObject(exactJson(utf8(body))) : undefined;
}

/** Parses JSON; an integer that would lose digits becomes a text, so that two instances never share a rounded id. */
function exactJson(text: string): unknown {
  const exact = (_key: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown =>
    typeof value === 'number' && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? source : value;
  // The type of the third argument is not in the library that TypeScript knows.
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]);
}

/** Returns any JSON value, or undefined if the file is missing or empty. */
export async function anyJsonAt(tree: Tree, path: string): Promise<unknown> {
  const body = await tree.read(path, notJson);
  return body && body.length > 0 ? JSON.parse(utf8(body)) : undefined;
}

/** Returns the instance-id, a single token. */
export async function idAt(tree: Tree, path: string): Promise<string | undefined> {
  const body = await tree.read(path, (bytes) => notText(bytes) ?? notId(utf8(bytes).trim()));
  return body && utf8(body).trim();
}

/** Returns the bytes unchanged, or undefined if the file is missing or empty; a web page is rejected. */
export async function bytesAt(tree: Tree, path: string): Promise<Uint8Array | undefined> {
  const body = await tree.read(path, page);
  return body && body.length > 0 ? body : undefined;
}

export const utf8 = (body: Uint8Array): string => new TextDecoder().decode(body);

/** Returns a value if it is an object; undefined for null, lists and scalars. */
export const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;

/** Returns a value if it is a text that is not blank. */
export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** Returns the problem for invalid metadata at a location. */
export const badMetadata = (where: string, wrong: string, cause?: unknown): Problem =>
  new Problem('bad-metadata', `${where}: ${wrong}`, { cause });

/** Returns why bytes are not a short text, or undefined. */
export function notText(body: Uint8Array): string | undefined {
  if (body.length > 2 ** 20) return 'more than 1 MiB where a short text was expected';
  if (body.includes(0)) return 'binary data where a text was expected';
  return page(body);
}

export const notId = (text: string): string | undefined =>
  /^[\x21-\x7e]{1,255}$/.test(text) ? undefined : 'no instance-id: that is one word';

/** Detects a web page, which comes from a captive portal or a proxy. */
function page(body: Uint8Array): string | undefined {
  const start = utf8(body.subarray(0, 200)).trimStart().toLowerCase();
  return /^<(?:!doctype|html|head|body)\b/.test(start) ? 'a web page where metadata was expected' : undefined;
}

function notJson(body: Uint8Array): string | undefined {
  try {
    if (body.length > 0) JSON.parse(utf8(body));
    return undefined;
  } catch {
    return page(body) ?? 'no JSON';
  }
}

const isObjectText = (body: Uint8Array): boolean => body.length === 0 || utf8(body).trimStart().startsWith('{');
