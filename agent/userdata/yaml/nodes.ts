import { limits } from '../schema/limits.ts';
import type { Findings } from '../schema/shape.ts';
import type { Place, Scalar, SourceNode } from '../schema/source-node.ts';
import { entriesOf, type Pair } from './entries.ts';
import { plainValue } from './scalars.ts';
import { isPlainTag, isScalarTag, taggedValue } from './tags.ts';

/** Receives the findings of the reader. */
export type Reports = Pick<Findings, 'error' | 'warning'>;

/** A parsed YAML node: its text or items, an anchor, a tag, and its offset. */
export type Node = { readonly anchor?: string; readonly tag?: string; readonly at: number } & (
  | { readonly is: 'alias'; readonly name: string }
  | { readonly is: 'scalar'; readonly words: string; readonly quoted: boolean }
  | { readonly is: 'list'; readonly items: readonly Node[] }
  | { readonly is: 'mapping'; readonly pairs: readonly (readonly [key: Node, value: Node])[] }
);

/** The shared state of reading one document. */
export interface NodeReading {
  readonly findings: Reports;
  /** The anchored values, and how many values each holds. */
  readonly anchors: Map<string, Sized>;
  readonly failures: { count: number };
  readonly taken: Taken;
  placeOf(offset: number): Place;
  fail(offset: number, message: string, hint?: string): undefined;
}

/** Counters that `limits` restricts, over all the documents of one user-data. */
export interface Taken {
  values: number;
  marks: number;
  aliases: number;
}

/** A value, and the number of values in it, itself included. */
export interface Sized {
  readonly written: SourceNode;
  readonly values: number;
}

type NodeOf<Is extends Node['is']> = Extract<Node, { is: Is }>;

/** Returns the value of a node. An invalid node is reported, and reading continues with its siblings. */
export function meaningOf(node: Node, reading: NodeReading, atKey = false): Sized | undefined {
  if (node.is === 'alias') {
    const named = reading.anchors.get(node.name);
    return named
      ? counted(named, node.at, reading)
      : reading.fail(node.at, `nothing before this is named &${node.name}`);
  }
  const place = reading.placeOf(node.at);
  const sized =
    node.is === 'scalar'
      ? scalarOf(node, place, reading, atKey)
      : node.is === 'list'
        ? listOf(node, place, reading)
        : mappingOf(node, place, reading);
  if (sized && node.anchor !== undefined) reading.anchors.set(node.anchor, sized);
  return sized;
}

/** Counts the values of an alias: it takes no memory, but every walk of the document visits all of them. */
function counted(sized: Sized, at: number, { taken, fail }: NodeReading): Sized | undefined {
  taken.values += sized.values;
  return taken.values > limits.values ? fail(at, `aliases make this more than ${limits.values} values`) : sized;
}

function scalarOf(node: NodeOf<'scalar'>, place: Place, { fail }: NodeReading, atKey: boolean): Sized | undefined {
  const { words, quoted, tag, at } = node;
  const scalar = (value: Scalar['value'], text = words): Sized => ({
    written: { is: 'scalar', value, raw: text, ...(quoted && { quoted }), place },
    values: 1,
  });
  if (tag === undefined || tag === '!') {
    // YAML 1.1 gives "=" a type of its own, which no setting accepts.
    if (words === '=' && !quoted && !atKey) return fail(at, 'a lone "=" means nothing in YAML 1.1', 'put it in quotes');
    if (words === '<<' && !quoted && !atKey) return fail(at, '"<<" is a key, not a value', 'put it in quotes');
    return scalar(quoted || (tag === '!' && words !== '') ? words : plainValue(words));
  }
  if (!isScalarTag(tag)) return fail(at, `no such type: ${tag}`, 'leave out the word that begins with "!"');
  const value = taggedValue(tag, words);
  if (value === undefined) return fail(at, `these words are no ${tag.slice(tag.lastIndexOf(':') + 1)}`);
  return scalar(value, value instanceof Uint8Array ? new TextDecoder().decode(value) : words);
}

function listOf({ items, tag, at }: NodeOf<'list'>, place: Place, reading: NodeReading): Sized | undefined {
  if (tag && !isPlainTag(tag, 'list')) return reading.fail(at, `no such type: ${tag}`);
  const written: SourceNode[] = [];
  let values = 1;
  for (const item of items) {
    const sized = meaningOf(item, reading);
    if (!sized) continue;
    written.push(sized.written);
    values += sized.values;
  }
  return { written: { is: 'list', items: written, place }, values };
}

function mappingOf(node: NodeOf<'mapping'>, place: Place, reading: NodeReading): Sized | undefined {
  if (node.tag && !isPlainTag(node.tag, 'mapping')) return reading.fail(node.at, `no such type: ${node.tag}`);
  const pairs: Pair[] = [];
  let values = 1;
  for (const [keyNode, valueNode] of node.pairs) {
    const key = meaningOf(keyNode, reading, true)?.written;
    const value = meaningOf(valueNode, reading);
    if (!key || !value) continue;
    if (key.is === 'scalar' && key.raw === '' && !key.quoted) {
      reading.fail(keyNode.at, 'a key is missing before this ":"');
      continue;
    }
    if (key.is !== 'scalar') {
      reading.fail(keyNode.at, `a key must be one word or text, not a ${key.is}`);
      continue;
    }
    const merge = key.raw === '<<' && key.quoted !== true;
    // The entries that "<<" merges are copied, so they count each time.
    if (merge && !counted(value, node.at, reading)) continue;
    pairs.push({ key: key.raw, place: key.place, value: value.written, merge });
    values += value.values;
  }
  const report: Reports = { ...reading.findings, error: (_at, _place, message) => reading.fail(node.at, message) };
  const entries = entriesOf(pairs, report);
  return entries && { written: { is: 'mapping', entries, place }, values };
}
