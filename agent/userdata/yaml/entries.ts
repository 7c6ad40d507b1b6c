import type { Findings } from '../schema/shape.ts';
import { type Mapping, type Place, type SourceEntry, type SourceNode, told } from '../schema/source-node.ts';

/** One key and its value in a mapping, as written. */
export interface Pair {
  readonly key: string;
  readonly place: Place;
  readonly value: SourceNode;
  /** Whether the key is `<<`: the entries of its value are merged into this mapping. */
  readonly merge: boolean;
}

/**
 * Returns the entries of a mapping. Of two pairs with one key the last wins, and a warning names both locations.
 * Entries merged by `<<` yield to the mapping's own, and among several mappings in one list the first wins.
 */
export function entriesOf(
  pairs: readonly Pair[],
  findings: Pick<Findings, 'error' | 'warning'>,
): ReadonlyMap<string, SourceEntry> | undefined {
  const entries = new Map<string, SourceEntry>();
  for (const { value, place, merge } of pairs) {
    if (!merge) continue;
    const lenders = lendersOf(value);
    if (!lenders) {
      findings.error('', place, 'expected a mapping after "<<", or a list of mappings');
      return undefined;
    }
    for (const lender of lenders.toReversed()) for (const [key, entry] of lender.entries) entries.set(key, entry);
  }
  const own = new Map<string, Place>();
  for (const { key, place, value, merge } of pairs) {
    if (merge) continue;
    const first = own.get(key);
    if (first) {
      const hint = 'keep one of the two';
      findings.warning(
        '',
        place,
        `"${key}" was given before, at ${told(first)}; this one counts`,
        hint,
        'duplicate-key',
      );
    }
    own.set(key, place);
    entries.set(key, { key: place, value });
  }
  return entries;
}

function lendersOf(value: SourceNode): readonly Mapping[] | undefined {
  const lenders = value.is === 'list' ? value.items : [value];
  return lenders.every((each) => each.is === 'mapping') ? lenders : undefined;
}
