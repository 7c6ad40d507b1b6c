import type { Script } from '../userdata/schema/script.ts';
import type { Place, Scalar, SourceNode } from '../userdata/schema/source-node.ts';

/** One scalar of a configuration, and where it stands in it: "runcmd[3][1]". */
export interface At {
  readonly at: string;
  readonly scalar: Scalar;
}

/** Every scalar in a value, in the order they were written. */
export function scalarsIn(written: SourceNode, at = ''): readonly At[] {
  if (written.is === 'scalar') return [{ at, scalar: written }];
  if (written.is === 'list') return written.items.flatMap((item, index) => scalarsIn(item, `${at}[${index}]`));
  return [...written.entries].flatMap(([key, { value }]) => scalarsIn(value, at === '' ? key : `${at}.${key}`));
}

/** The lines of each text that was read. */
export type Lines = ReadonlyMap<string, readonly string[]>;

/** Where some words of a scalar stand in the text it was read from, after a place; where it begins, when they cannot be found. */
export function placeWithin(
  scalar: Scalar,
  words: string,
  texts: Lines,
  after: Place = { ...scalar.place, column: scalar.place.column - 1 },
): Place {
  const lines = texts.get(scalar.place.source) ?? [];
  const end = Math.min(lines.length, after.line + linesTaken(scalar));
  for (let line = after.line; line <= end; line++) {
    const column = lines[line - 1]?.indexOf(words, line === after.line ? after.column : 0) ?? -1;
    if (column >= 0) return { source: scalar.place.source, line, column: column + 1 };
  }
  return scalar.place;
}

/** How many lines a scalar takes at most, folded ones too. */
const linesTaken = ({ raw: words }: Scalar): number => 5 + 2 * (words.split('\n').length - 1) + words.length / 20;

/** Where a letter of a script stands in the text that it came in, if that text holds it as it is. */
export function placeInScript({ content }: Script, offset: number, texts: Lines): Place {
  const own = content.split('\n');
  const before = content.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  for (const [source, lines] of texts) {
    const start = lines.findIndex((_, index) => own.every((line, at) => line === (lines[index + at] ?? '')));
    if (start >= 0) return { source, line: start + before.length, column };
  }
  const [source = 'user-data'] = texts.keys();
  return { source, line: 1, column: 1 };
}
