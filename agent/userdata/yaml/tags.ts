import { mapOf } from '../../base/map-of.ts';
import type { Scalar } from '../schema/source-node.ts';
import { floatOf, integerOf, plainValue } from './scalars.ts';

const prefix = 'tag:yaml.org,2002:';

const scalars = mapOf<(words: string) => Scalar['value'] | undefined>({
  str: (words) => words,
  timestamp: (words) => words,
  binary: bytesOf,
  int: (words) => integerOf(words),
  float: (words) => (Number.isNaN(floatOf(words)) && !/nan$/i.test(words) ? undefined : floatOf(words)),
  bool: (words) => (typeof plainValue(words.toLowerCase()) === 'boolean' ? plainValue(words.toLowerCase()) : undefined),
  null: () => null,
});

/** Returns the value of a scalar with an explicit tag; undefined if its text is not of that type. */
export function taggedValue(tag: string, words: string): Scalar['value'] | undefined {
  return scalars.get(tag.slice(prefix.length))?.(words);
}

/** Whether this is a scalar tag of YAML 1.1. Any other tag names a type that an application constructs. */
export const isScalarTag = (tag: string): boolean => tag.startsWith(prefix) && scalars.has(tag.slice(prefix.length));

/** Whether the tag only restates that the node is a list or a mapping. */
export const isPlainTag = (tag: string, is: 'list' | 'mapping'): boolean =>
  tag === `${prefix}${is === 'list' ? 'seq' : 'map'}` || (is === 'mapping' && tag === `${prefix}set`);

function bytesOf(words: string): Uint8Array | undefined {
  if (/[^\x00-\x7f]/.test(words)) return undefined;
  const text = words.replace(/[^A-Za-z0-9+/=]/g, '');
  return /^[^=]*={0,2}$/.test(text) && text.length % 4 === 0 ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined;
}
