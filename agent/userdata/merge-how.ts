// Format: merging, https://docs.cloud-init.io/en/latest/reference/merging.html
import type { Findings } from './schema/shape.ts';
import type { Mapping, SourceNode } from './schema/source-node.ts';

/** How values of one type are merged, as written in `merge_how`: `list(append)` is a name and its options. */
export interface Merger {
  readonly name: string;
  has(option: string): boolean;
}

/** Returns the mergers of a text such as `dict(recurse_list)+list(append)`, in its order. */
export function mergersOf(text: string): readonly Merger[] {
  return text.split('+').flatMap((piece) => {
    const [, name, options = ''] = /^\s*([A-Za-z_-][\w-]*)\s*\(([^)]*)\)\s*$/.exec(piece) ?? [];
    return name ? [merger(name, options.split(','))] : [];
  });
}

export const defaultMergers = mergersOf('dict(replace)+list()+str()');

/** Returns the mergers that a part sets by `merge_how` or its older name `merge_type`. */
export function mergersIn(config: Mapping, findings: Pick<Findings, 'warning'>): readonly Merger[] {
  const written = (config.entries.get('merge_how') ?? config.entries.get('merge_type'))?.value;
  if (!written || (written.is === 'scalar' && written.value === null)) return [];
  const mergers =
    written.is === 'scalar' ? mergersOf(written.raw) : written.is === 'list' ? written.items.flatMap(listed) : [];
  const unknown = mergers.find(({ name }) => !['dict', 'list', 'str'].includes(name));
  if (mergers.length === 0 || unknown) {
    const text = unknown
      ? `no values are merged by "${unknown.name}"`
      : 'expected mergers such as "dict(recurse_list)+list(append)"';
    findings.warning('merge_how', written.place, text, 'there are dict, list and str');
  }
  return mergers;
}

/** Reads one item of a list: the long form, `{name: list, settings: [append]}`, the short, `[list, append]`, or text. */
function listed(item: SourceNode): readonly Merger[] {
  if (item.is === 'scalar') return mergersOf(item.raw);
  if (item.is === 'list') {
    const [name, ...options] = wordsOf(item);
    return name ? [merger(name, options)] : [];
  }
  const name = item.entries.get('name')?.value;
  return name?.is === 'scalar' ? [merger(name.raw, wordsOf(item.entries.get('settings')?.value))] : [];
}

const wordsOf = (written: SourceNode | undefined): readonly string[] =>
  written?.is === 'list' ? written.items.flatMap((item) => (item.is === 'scalar' ? [item.raw] : [])) : [];

function merger(name: string, options: readonly string[]): Merger {
  const set = new Set(options.map((option) => option.trim()));
  // The order of options has no effect: merging checks methods in cloud-init's order, with "replace" before "no_replace".
  return { name: name.trim().replaceAll('-', '_').toLowerCase(), has: (option) => set.has(option) };
}
