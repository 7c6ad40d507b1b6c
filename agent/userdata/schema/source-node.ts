/** Where something was written: the layer or file it came from, and the line and column there, from 1. */
export interface Place {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** A value as somebody wrote it: what it means, the very words, and where they stand. */
export type SourceNode = Scalar | List | Mapping;

export interface Scalar {
  readonly is: 'scalar';
  /** What PyYAML makes of it: `on` is true, `0644` is 420, `1e3` is the text "1e3". */
  readonly value: string | number | bigint | boolean | null | Uint8Array;
  /** The words themselves: `on` stays "on" and `0644` stays "0644". */
  readonly raw: string;
  /** Whether it was quoted or a block, so that its words are text whatever they look like. */
  readonly quoted?: boolean;
  readonly place: Place;
}

export interface List {
  readonly is: 'list';
  readonly items: readonly SourceNode[];
  readonly place: Place;
}

export interface Mapping {
  readonly is: 'mapping';
  readonly entries: ReadonlyMap<string, SourceEntry>;
  readonly place: Place;
}

export interface SourceEntry {
  /** Where the key stands; the value has a place of its own. */
  readonly key: Place;
  readonly value: SourceNode;
}

export const nowhere: Place = { source: 'default', line: 0, column: 0 };

export const nothing: Mapping = { is: 'mapping', entries: new Map(), place: nowhere };

/** "user-data:6:5", as editors and people read it. */
export const told = ({ source, line, column }: Place): string => (line === 0 ? source : `${source}:${line}:${column}`);

/** What it means, as plain values, without where it stands. */
export function toJs(written: SourceNode): unknown {
  if (written.is === 'scalar') return written.value;
  if (written.is === 'list') return written.items.map(toJs);
  return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, toJs(value)]));
}
