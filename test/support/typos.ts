import type { Module } from '../../agent/engine/module.ts';
import type { Decode } from '../../agent/userdata/schema/decode.ts';
import type { Shape } from '../../agent/userdata/schema/shape.ts';

/** A supported key, the path of keys that leads to it, and the keys on its level. */
export interface KeyAt {
  readonly path: readonly (string | 0)[];
  readonly key: string;
  readonly among: readonly string[];
}

/** Returns every key that the modules take, at every depth. */
export function keysOf(modules: readonly Module[]): readonly KeyAt[] {
  const fields = Object.assign({}, ...modules.map(({ reads }) => reads)) as Record<string, Decode<unknown>>;
  return within(Object.fromEntries(Object.entries(fields).map(([key, { shape }]) => [key, shape])), []);
}

function within(fields: Readonly<Record<string, Shape>>, path: readonly (string | 0)[]): KeyAt[] {
  const among = Object.keys(fields);
  return Object.entries(fields).flatMap(([key, shape]) => [{ path, key, among }, ...inShape(shape, [...path, key])]);
}

function inShape(shape: Shape, path: readonly (string | 0)[]): KeyAt[] {
  if (shape.is === 'object') return within(shape.fields, path);
  if (shape.is === 'list') return inShape(shape.of, [...path, 0]);
  if (shape.is === 'map') return inShape(shape.of, [...path, 'any']);
  if (shape.is === 'optional') return inShape(shape.of, path);
  return [];
}

/** Returns a document in which the key at this place is spelled `key`. */
export function documentWith({ path }: KeyAt, key: string): string {
  const value = path.reduceRight<unknown>((inner, each) => (each === 0 ? [inner] : { [each]: inner }), { [key]: 'x' });
  return `#cloud-config\n${JSON.stringify(value)}\n`;
}

/** Returns the one-letter typos of a key: omitted, doubled, swapped with the next, replaced. */
export function slipsOf(key: string): readonly string[] {
  const letters = [...key];
  return letters.flatMap((letter, index) => {
    const [before, after] = [letters.slice(0, index).join(''), letters.slice(index + 1).join('')];
    const swapped = `${before}${letters[index + 1] ?? ''}${letter}${letters.slice(index + 2).join('')}`;
    return [
      before + after,
      `${before}${letter}${letter}${after}`,
      swapped,
      `${before}${letter === 'q' ? 'x' : 'q'}${after}`,
    ];
  });
}
