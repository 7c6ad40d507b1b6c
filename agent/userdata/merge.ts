import { defaultMergers, type Merger, mergersIn, mergersOf } from './merge-how.ts';
import type { Findings } from './schema/shape.ts';
import { type Mapping, nothing, type Scalar, type SourceEntry, type SourceNode } from './schema/source-node.ts';

/** One part of cloud-config, and the merge type from the header of its MIME part. */
export interface ConfigPart {
  readonly config: Mapping;
  readonly mergeType?: string | undefined;
}

/**
 * Merges layers of configuration, lowest priority first: mappings are merged key by key, any other value is replaced
 * as a whole. Every value keeps its source location.
 */
export function mergeLayers(layers: readonly Mapping[]): Mapping {
  return layers.reduce((below, above) => layered(below, above), nothing);
}

function layered(below: Mapping, above: Mapping): Mapping {
  if (below.entries.size === 0) return above;
  const entries = new Map(below.entries);
  for (const [key, entry] of above.entries) {
    const under = entries.get(key)?.value;
    const value = under?.is === 'mapping' && entry.value.is === 'mapping' ? layered(under, entry.value) : entry.value;
    entries.set(key, { ...entry, value });
  }
  return { ...above, entries };
}

/**
 * Merges the parts of cloud-config in their order. Each part sets by `merge_how` (or its MIME header) how it is merged
 * into the parts before it; by default its top-level keys replace theirs.
 */
export function mergeParts(parts: readonly ConfigPart[], findings: Pick<Findings, 'warning'>): Mapping {
  const merging: Merging = { own: new Map(), mergers: defaultMergers };
  let merged: SourceNode = { ...nothing, entries: new Map() };
  for (const { config, mergeType } of parts) {
    const mergers = [...mergersIn(config, findings), ...mergersOf(mergeType ?? '')];
    if (mergers.length > 0 && !mergers.some(({ name }) => name === 'dict')) {
      const text = 'how to merge mappings is not said ("dict(...)"), so this whole part is left out';
      findings.warning('merge_how', config.place, text, 'add "dict(recurse_list)" or the like');
    }
    const part = { ...config, entries: new Map([...config.entries].filter(([key]) => !mergeKeys.includes(key))) };
    if (merged.is === 'mapping' && merged.entries.size === 0) merged = { ...merged, place: part.place };
    merged = merge(merged, part, { ...merging, mergers: mergers.length > 0 ? mergers : defaultMergers });
  }
  return merged.is === 'mapping' ? merged : nothing;
}

/** The keys that control merging and are not settings. */
export const mergeKeys: readonly string[] = ['merge_how', 'merge_type'];

interface Merging {
  readonly mergers: readonly Merger[];
  /** The mappings created by this merge, which are changed in place: copying them for each part takes quadratic time. */
  readonly own: Map<ReadonlyMap<string, SourceEntry>, Map<string, SourceEntry>>;
}

/** Returns `value` merged with `other` by the first merger for its type. */
function merge(value: SourceNode, other: SourceNode, merging: Merging): SourceNode {
  const type = value.is === 'mapping' ? 'dict' : value.is === 'list' ? 'list' : isText(value) ? 'str' : undefined;
  const merger = merging.mergers.find(({ name }) => name === type);
  if (!merger) return value;
  if (value.is === 'mapping') return other.is === 'mapping' ? mergeMappings(value, other, merger, merging) : value;
  if (value.is === 'list') return mergeLists(value.items, other, merger, merging, value);
  if (!merger.has('append')) return other;
  return isText(other) ? { ...value, value: value.raw + other.raw, raw: value.raw + other.raw } : other;
}

function mergeMappings(value: Mapping, other: Mapping, merger: Merger, merging: Merging): Mapping {
  const entries = merging.own.get(value.entries) ?? new Map(value.entries);
  merging.own.set(entries, entries);
  for (const [key, entry] of other.entries) {
    const old = entries.get(key);
    if (!old) entries.set(key, entry);
    else if (merger.has('allow_delete') && isNull(entry.value)) entries.delete(key);
    else if (merger.has('replace')) entries.set(key, entry);
    else if (recurses(entry.value, merger, true)) {
      entries.set(key, { key: old.key, value: merge(old.value, entry.value, merging) });
    }
  }
  return { ...value, entries };
}

function mergeLists(
  items: readonly SourceNode[],
  other: SourceNode,
  merger: Merger,
  merging: Merging,
  value: SourceNode & { is: 'list' },
): SourceNode {
  const method = ['append', 'prepend', 'replace', 'no_replace'].find((each) => merger.has(each)) ?? 'replace';
  if (other.is !== 'list') return method === 'replace' ? other : value;
  if (method === 'append') return { ...value, items: [...items, ...other.items] };
  if (method === 'prepend') return { ...value, items: [...other.items, ...items] };
  if (method === 'no_replace') return value;
  const merged = items.map((old, index) => {
    const item = other.items[index];
    if (!item) return old;
    return recurses(item, merger, false) ? merge(old, item, merging) : item;
  });
  return { ...value, items: merged };
}

/** Whether the merger recurses into a value of this type. From a mapping it always recurses into mappings. */
function recurses(value: SourceNode, merger: Merger, inMapping: boolean): boolean {
  if (value.is === 'mapping') return inMapping || merger.has('recurse_dict');
  if (value.is === 'list') return merger.has('recurse_array') || merger.has('recurse_list');
  return isText(value) && merger.has('recurse_str');
}

const isText = (value: SourceNode): value is Scalar => value.is === 'scalar' && typeof value.value === 'string';
const isNull = (value: SourceNode): boolean => value.is === 'scalar' && value.value === null;
