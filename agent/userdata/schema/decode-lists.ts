import { type Decode, decoder, expected, INVALID, type Item } from './decoder.ts';
import type { Findings } from './shape.ts';
import type { SourceNode } from './source-node.ts';

/** A list that is invalid if any of its items is, such as the words of a command. */
export const list = <T>(item: Decode<T>): Decode<readonly T[]> =>
  decoder({ is: 'list', of: item.shape }, (written, at, findings) => {
    if (written?.is !== 'list') return expected('a list', written, at, findings);
    const values = written.items.map((each, index) => item(each, `${at}[${index}]`, findings));
    return values.includes(INVALID) ? INVALID : (values as readonly T[]);
  });

/** A list of independent items: an invalid one is reported and left out, the others are kept. */
export const items = <T>(item: Decode<T>): Decode<readonly Item<T>[]> =>
  decoder({ is: 'list', of: item.shape }, (written, at, findings) => {
    if (written?.is !== 'list') return expected('a list', written, at, findings);
    return written.items.flatMap((each, index) =>
      itemOf(item, each, `${at}[${index}]`, strayDash(written.items, index, findings)),
    );
  });

/** A mapping from names to independent values: an invalid one is reported and left out, the others are kept. */
export const entries = <T>(value: Decode<T>): Decode<readonly (Item<T> & { readonly name: string })[]> =>
  decoder({ is: 'map', of: value.shape }, (written, at, findings) => {
    if (written?.is !== 'mapping') return expected('a mapping', written, at, findings);
    return [...written.entries].flatMap(([name, entry]) =>
      itemOf(value, entry.value, `${at}.${name}`, findings).map((each) => ({ ...each, name })),
    );
  });

/** Like `entries`, with names that must match a pattern: an invalid one is reported at its key and left out. */
export const entriesNamed = <T>(
  name: RegExp,
  what: string,
  value: Decode<T>,
): Decode<readonly (Item<T> & { readonly name: string })[]> => {
  const decode = entries(value);
  return decoder(decode.shape, (written, at, findings) => {
    if (written?.is !== 'mapping') return decode(written, at, findings);
    const good = [...written.entries].filter(([each, { key }]) => {
      if (name.test(each)) return true;
      findings.error(at, key, `expected ${what}, got ${JSON.stringify(each)}`);
      return false;
    });
    return decode({ ...written, entries: new Map(good) }, at, findings);
  });
};

/** Adds a hint to errors about missing keys: adjacent items without a common key may be one, split by a stray dash. */
export function strayDash(list: readonly SourceNode[], index: number, findings: Findings): Findings {
  const [before, item] = [list[index - 1], list[index]];
  if (before?.is !== 'mapping' || item?.is !== 'mapping') return findings;
  const [first] = item.entries.keys();
  if (first === undefined || [...item.entries.keys()].some((key) => before.entries.has(key))) return findings;
  const stray = `remove the "-" before "${first}" if it belongs to the item before`;
  const isLacking = (message: string): boolean => /(?:got nothing|without a name)$/.test(message);
  return {
    ...findings,
    error: (at, place, message, hint, code) =>
      findings.error(at, place, message, hint ?? (isLacking(message) ? stray : undefined), code),
  };
}

function itemOf<T>(decode: Decode<T>, written: SourceNode, at: string, findings: Findings): Item<T>[] {
  const value = decode(written, at, findings);
  return value === INVALID ? [] : [{ at, value: value as T }];
}
