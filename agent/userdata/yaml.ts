import type { Node, YAMLMap, YAMLSeq, Scalar as YamlScalar } from 'yaml';
import { Composer, CST, isAlias, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import type { Findings } from './decode.ts';
import { entriesOf, type Pair } from './entries.ts';
import { limits } from './limits.ts';
import { plainValue } from './plain.ts';
import { isPlainTag, isScalarTag, taggedValue } from './tagged.ts';
import type { Place, Scalar, Written } from './written.ts';

/** Where the reader puts what it finds wrong. */
export type Reports = Pick<Findings, 'error' | 'warning'>;

/** What the steps of reading one document share. */
interface Reading {
  readonly text: string;
  readonly findings: Reports;
  /** The values that were given a name, and how many values each holds. */
  readonly anchors: Map<string, Sized>;
  readonly failures: { count: number };
  readonly taken: Taken;
  placeOf(offset: number): Place;
  fail(offset: number, message: string, hint?: string): undefined;
}

/** How much was read so far of what is limited, over all the documents of one user-data. */
export interface Taken {
  values: number;
  marks: number;
  aliases: number;
}

interface Sized {
  readonly written: Written;
  readonly values: number;
}

const oneDocument = 'a second document begins here: only one is read';

/**
 * One document of YAML 1.1 as PyYAML understands it, with the words and the place of every value. Undefined where it
 * cannot be read: the findings say why. `line` is where the text begins in its source, `taken` what others took before.
 */
export function readYaml(
  text: string,
  source: string,
  findings: Reports,
  { line = 1, taken = { values: 0, marks: 0, aliases: 0 } }: { line?: number; taken?: Taken } = {},
): Written | undefined {
  const lines = new LineCounter();
  const reading: Reading = {
    text,
    findings,
    anchors: new Map(),
    failures: { count: 0 },
    taken,
    placeOf: (offset) => {
      const at = lines.linePos(offset);
      return { source, line: Math.max(1, at.line) + line - 1, column: Math.max(1, at.col) };
    },
    fail: (offset, message, hint) => {
      // What follows a slip in the syntax is mostly its echo.
      if (reading.failures.count++ < 20) findings.error('', reading.placeOf(offset), message, hint);
    },
  };
  lines.addNewLine(0);
  const tokens = readTokens(reading, lines);
  if (!tokens || reading.failures.count > 0) return undefined;
  const options = { schema: 'failsafe', uniqueKeys: false, resolveKnownTags: false, prettyErrors: false } as const;
  const [document, second] = new Composer(options).compose(tokens, true, text.length);
  for (const { pos, message } of document?.errors ?? []) reading.fail(pos[0], plainly(message));
  if (second) reading.fail(second.range[0], oneDocument);
  if (!document || reading.failures.count > 0) return undefined;
  const root = convert(document.contents, 0, reading);
  return reading.failures.count > 0 ? undefined : root?.written;
}

/** The text cut into tokens; stops as soon as there is more of it than is read, or it lies deeper. */
function readTokens(reading: Reading, lines: LineCounter): CST.Token[] | undefined {
  const { text, fail, taken } = reading;
  const unprintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (unprintable) {
    const code = unprintable[0].codePointAt(0)?.toString(16).padStart(4, '0');
    for (const newline of text.slice(0, unprintable.index).matchAll(/\n/g)) lines.addNewLine(newline.index + 1);
    return fail(unprintable.index, `the character U+${code?.toUpperCase()} cannot stand in YAML`, 'write it in base64');
  }
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let [slips, words] = [0, false];
  for (const lexeme of new Lexer().lex(text)) {
    const type: string | null = words ? 'words' : CST.tokenType(lexeme);
    const top = parser.stack.at(-1)?.type;
    if ((type === 'space' || type === 'words') && lexeme.includes('\t') && top !== 'block-scalar') {
      fail(
        parser.offset + lexeme.indexOf('\t'),
        'a tab stands where YAML takes only spaces',
        'put spaces in its place',
      );
    }
    if (type === 'alias' && ++taken.aliases > limits.aliases) {
      return fail(parser.offset, `more than ${limits.aliases} aliases`);
    }
    if (separators.has(type) && ++taken.values > limits.values)
      return fail(parser.offset, `more than ${limits.values} values`);
    if (++taken.marks > limits.marks) return fail(parser.offset, `more than ${limits.marks} words and marks`);
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error' && ++slips > 20) return fail(token.offset, plainly(token.message));
    }
    if (parser.stack.length > limits.depth + 2) {
      return fail(parser.offset, `lists and mappings more than ${limits.depth} deep`);
    }
    words = type === 'scalar';
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** What stands before each value but the first: so many there are at most. */
const separators: ReadonlySet<string | null> = new Set<string>([
  'flow-seq-start',
  'flow-map-start',
  'seq-item-ind',
  'map-value-ind',
  'explicit-key-ind',
  'comma',
]);

function convert(node: Node | null, before: number, reading: Reading): Sized | undefined {
  if (!node) return { written: { is: 'scalar', value: null, words: '', place: reading.placeOf(before) }, values: 1 };
  const offset = node.range?.[0] ?? before;
  if (isAlias(node)) {
    const named = reading.anchors.get(node.source);
    return named
      ? counted(named, offset, reading)
      : reading.fail(offset, `nothing before this is named &${node.source}`);
  }
  const place = reading.placeOf(offset);
  const sized = isScalar<string>(node)
    ? scalarOf(node, place, offset, reading)
    : isSeq<Node>(node)
      ? listOf(node, place, offset, reading)
      : mappingOf(node as YAMLMap<Node, Node | null>, place, offset, reading);
  if (sized && node.anchor !== undefined) reading.anchors.set(node.anchor, sized);
  return sized;
}

/** Aliases take no room here, but whoever walks the document walks each of them. */
function counted(sized: Sized, offset: number, { taken, fail }: Reading): Sized | undefined {
  taken.values += sized.values;
  return taken.values > limits.values ? fail(offset, `aliases make this more than ${limits.values} values`) : sized;
}

function scalarOf(node: YamlScalar<string>, place: Place, offset: number, { fail }: Reading): Sized | undefined {
  const words = node.value;
  const quoted = node.type !== 'PLAIN';
  const scalar = (value: Scalar['value'], text = words): Sized => ({
    written: { is: 'scalar', value, words: text, ...(quoted && { quoted }), place },
    values: 1,
  });
  const { tag } = node;
  if (tag === undefined || tag === '!') {
    // YAML 1.1 gives "=" a meaning of its own that nothing takes.
    if (words === '=' && !quoted) return fail(offset, 'a lone "=" means nothing in YAML 1.1', 'put it in quotes');
    return scalar(quoted || tag === '!' ? words : plainValue(words));
  }
  if (!isScalarTag(tag)) return fail(offset, `no such type: ${tag}`, 'leave out the word that begins with "!"');
  const value = taggedValue(tag, words);
  if (value === undefined) return fail(offset, `these words are no ${tag.slice(tag.lastIndexOf(':') + 1)}`);
  return scalar(value, value instanceof Uint8Array ? new TextDecoder().decode(value) : words);
}

function listOf(node: YAMLSeq<Node>, place: Place, offset: number, reading: Reading): Sized | undefined {
  if (node.tag && !isPlainTag(node.tag, 'list')) return reading.fail(offset, `no such type: ${node.tag}`);
  const items = node.items.map((item) => convert(item, offset, reading));
  if (items.some((item) => item === undefined)) return undefined;
  const sized = items as Sized[];
  const values = sized.reduce((sum, item) => sum + item.values, 1);
  return { written: { is: 'list', items: sized.map(({ written }) => written), place }, values };
}

function mappingOf(
  node: YAMLMap<Node, Node | null>,
  place: Place,
  offset: number,
  reading: Reading,
): Sized | undefined {
  if (node.tag && !isPlainTag(node.tag, 'mapping')) return reading.fail(offset, `no such type: ${node.tag}`);
  const pairs: Pair[] = [];
  let values = 1;
  for (const pair of node.items) {
    const key = convert(pair.key, offset, reading);
    const value = convert(pair.value, pair.key?.range?.[1] ?? offset, reading);
    if (!key || !value) continue;
    if (key.written.is !== 'scalar') {
      reading.fail(pair.key?.range?.[0] ?? offset, `a key must be one word or text, not a ${key.written.is}`);
      continue;
    }
    const merge = key.written.words === '<<' && key.written.quoted !== true;
    // What "<<" lends is copied, so it counts as often as it is lent.
    if (merge && !counted(value, offset, reading)) continue;
    pairs.push({ key: key.written.words, place: key.written.place, value: value.written, merge });
    values += value.values;
  }
  const entries = entriesOf(pairs, {
    ...reading.findings,
    error: (_at, _place, message) => reading.fail(offset, message),
  });
  return entries && { written: { is: 'mapping', entries, place }, values };
}

/** The parser's own words, without its advice for programmers. */
const plainly = (message: string): string => {
  const [first = message] = message.split('\n');
  return first.replace(/\s*\(.*\)$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
};
