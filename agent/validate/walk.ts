import type { Script } from '../userdata/read.ts';
import type { Place, Scalar, Written } from '../userdata/written.ts';

/** One scalar of a configuration, and where it stands in it: "runcmd[3][1]". */
export interface At {
  readonly at: string;
  readonly scalar: Scalar;
}

/** Every scalar in a value, in the order they were written. */
export function scalarsIn(written: Written, at = ''): readonly At[] {
  if (written.is === 'scalar') return [{ at, scalar: written }];
  if (written.is === 'list') return written.items.flatMap((item, index) => scalarsIn(item, `${at}[${index}]`));
  return [...written.entries].flatMap(([key, { value }]) => scalarsIn(value, at === '' ? key : `${at}.${key}`));
}

/** Where some words of a scalar stand in the text it was read from, after a place; where it begins, when they cannot be found. */
export function placeWithin(
  { place }: Scalar,
  words: string,
  sources: ReadonlyMap<string, string>,
  after: Place = { ...place, column: place.column - 1 },
): Place {
  const lines = linesOf(sources.get(place.source) ?? '');
  for (let line = after.line; line <= lines.length; line++) {
    const column = lines[line - 1]?.indexOf(words, line === after.line ? after.column : 0) ?? -1;
    if (column >= 0) return { source: place.source, line, column: column + 1 };
  }
  return place;
}

/** A text is cut into lines once, however many findings ask for them. */
const linesOf = (() => {
  let [last, lines]: [string, readonly string[]] = ['', []];
  return (text: string): readonly string[] => {
    if (text !== last) [last, lines] = [text, text.split('\n')];
    return lines;
  };
})();

/** Where a letter of a script stands in the text that it came in, if that text holds it as it is. */
export function placeInScript({ content }: Script, offset: number, sources: ReadonlyMap<string, string>): Place {
  const within = content.slice(0, offset);
  const line = within.split('\n').length;
  const column = within.length - within.lastIndexOf('\n');
  for (const [source, text] of sources) {
    const start = text.replaceAll('\r\n', '\n').indexOf(content);
    if (start >= 0) return { source, line: text.slice(0, start).split('\n').length + line - 1, column };
  }
  const [source = 'user-data'] = [...sources.keys()];
  return { source, line: 1, column: 1 };
}
