import { Problem } from '../base/problem.ts';
import type { FetchContext } from './datasource.ts';

/** A tree of small files that says who we are: over HTTP, on a drive, in a folder. */
export interface Tree {
  /** Where people find a path of it: a URL, a file. */
  where(path: string): string;
  /** The bytes at a path, or undefined where there are none. What `wrong` objects to is asked for again, or a problem. */
  read(path: string, wrong?: Wrong): Promise<Uint8Array | undefined>;
  /** Its files lie still: what is wrong with one will not be better for asking again. */
  readonly still?: true;
}

/** What is nice to have: rubbish in its place costs itself alone, and is told. */
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
 * What matters and yet is not who we are. It is asked for until it comes, and left out where it lies there and is
 * rubbish, or where nobody will ask again in this boot: keys are not withheld for want of user-data.
 */
export async function unlessRubbish<T>(ask: Partially, tree: Tree, read: () => Promise<T>): Promise<T | undefined> {
  if (!tree.still && !ask.last) return read();
  const note: FetchContext['note'] = (level, text) => {
    ask.note(level, text);
    // A file that lies still is no better at the next boot.
    if (!tree.still) ask.without?.(text);
  };
  return orNothing({ note }, read);
}

type Partially = Pick<FetchContext, 'note' | 'last' | 'without'>;

/** What is wrong with some bytes, in words, or undefined. */
export type Wrong = (body: Uint8Array) => string | undefined;

/** One value: its text without the white space around it, or undefined where it is missing or empty. */
export async function textAt(tree: Tree, path: string): Promise<string | undefined> {
  const body = await tree.read(path, notText);
  return (body && utf8(body).trim()) || undefined;
}

/** Each line that is not empty. */
export async function linesAt(tree: Tree, path: string): Promise<readonly string[] | undefined> {
  const text = await textAt(tree, path);
  return text?.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** A JSON object, or undefined where there is none. */
export async function jsonAt(tree: Tree, path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const body = await tree.read(path, (bytes) => notJson(bytes) ?? (isObjectText(bytes) ? undefined : 'no JSON object'));
  return body && body.length > 0 ? asObject(JSON.parse(utf8(body))) : undefined;
}

/** Whatever a JSON text means, or undefined where there is none. */
export async function anyJsonAt(tree: Tree, path: string): Promise<unknown> {
  const body = await tree.read(path, notJson);
  return body && body.length > 0 ? JSON.parse(utf8(body)) : undefined;
}

/** The value that says who the instance is: one word, or it is nobody's. */
export async function idAt(tree: Tree, path: string): Promise<string | undefined> {
  const body = await tree.read(path, (bytes) => notText(bytes) ?? notId(utf8(bytes).trim()));
  return body && utf8(body).trim();
}

/** Bytes that are handed on as they are. */
export async function bytesAt(tree: Tree, path: string): Promise<Uint8Array | undefined> {
  const body = await tree.read(path, page);
  return body && body.length > 0 ? body : undefined;
}

export const utf8 = (body: Uint8Array): string => new TextDecoder().decode(body);

/** An object, or nothing: null, a list and a bare value have no members that could be asked for. */
export const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;

/** Text that is not empty, or nothing. */
export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** A source's problem with what a place holds. */
export const badMetadata = (where: string, wrong: string, cause?: unknown): Problem =>
  new Problem('bad-metadata', `${where}: ${wrong}`, { cause });

/** Why bytes are no short text. */
export function notText(body: Uint8Array): string | undefined {
  if (body.length > 2 ** 20) return 'more than 1 MiB where a short text was expected';
  if (body.includes(0)) return 'binary data where a text was expected';
  return page(body);
}

const notId = (text: string): string | undefined =>
  /^[\x21-\x7e]{1,255}$/.test(text) ? undefined : 'no instance-id: that is one word';

/** Whoever answers with a page is a captive portal or a proxy. */
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
