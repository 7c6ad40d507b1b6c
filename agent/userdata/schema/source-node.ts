/** A source location: the layer or file, and the line and column in it, from 1. */
export interface Place {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** A parsed value with its original text and its source location. */
export type SourceNode = Scalar | List | Mapping;

export interface Scalar {
  readonly is: 'scalar';
  /** The value as PyYAML parses it: `on` is true, `0644` is 420, `1e3` is the text "1e3". */
  readonly value: string | number | bigint | boolean | null | Uint8Array;
  /** The original text: `on` stays "on" and `0644` stays "0644". */
  readonly raw: string;
  /** Whether it is quoted or a block scalar, so that it is always text. */
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
  /** The location of the key; the value has its own. */
  readonly key: Place;
  readonly value: SourceNode;
}

export const nowhere: Place = { source: 'default', line: 0, column: 0 };

export const nothing: Mapping = { is: 'mapping', entries: new Map(), place: nowhere };

/** Formats a location as "user-data:6:5", the form that editors recognize. */
export const told = ({ source, line, column }: Place): string => (line === 0 ? source : `${source}:${line}:${column}`);

/** Returns the plain value, without locations. */
export function toJs(written: SourceNode): unknown {
  if (written.is === 'scalar') return written.value;
  if (written.is === 'list') return written.items.map(toJs);
  return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, toJs(value)]));
}
