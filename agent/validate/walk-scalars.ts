import type { Script } from '../userdata/schema/script.ts';
import type { Place, Scalar, SourceNode } from '../userdata/schema/source-node.ts';

/** One scalar of a configuration and its path: "runcmd[3][1]". */
export interface At {
  readonly at: string;
  readonly scalar: Scalar;
}

/** Returns every scalar in a value, in source order. */
export function scalarsIn(written: SourceNode, at = ''): readonly At[] {
  if (written.is === 'scalar') return [{ at, scalar: written }];
  if (written.is === 'list') return written.items.flatMap((item, index) => scalarsIn(item, `${at}[${index}]`));
  return [...written.entries].flatMap(([key, { value }]) => scalarsIn(value, at === '' ? key : `${at}.${key}`));
}

/** The lines of each text that was read. */
export type Lines = ReadonlyMap<string, readonly string[]>;

/** Returns the location of `words` in the source of a scalar, from `after` on; if they are not found, that of the scalar. */
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

/** Returns an upper bound for the number of lines of a scalar, including folded ones. */
const linesTaken = ({ raw: words }: Scalar): number => 5 + 2 * (words.split('\n').length - 1) + words.length / 20;

/** Returns the location of an offset of a script in the text that contains it unchanged; else the start of the first text. */
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
