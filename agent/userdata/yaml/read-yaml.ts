import {
  Composer,
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Node as YamlNode,
} from 'yaml';
import { limits } from '../schema/limits.ts';
import type { SourceNode } from '../schema/source-node.ts';
import { meaningOf, type Node, type NodeReading, type Reports, type Taken } from './nodes.ts';
import { colonSlip, yamlMessage } from './yaml-messages.ts';

const oneDocument = 'a second document begins here: only one is read';

/**
 * Reads one document of YAML 1.1 as PyYAML does, with the text and the location of every value. Returns undefined if it
 * cannot be read; the findings give the reasons. `line` is the line of the source where the text begins, `taken` the
 * counters after earlier documents.
 */
export function readYaml(
  given: string,
  source: string,
  findings: Reports,
  { line = 1, taken = { values: 0, marks: 0, aliases: 0 } }: { line?: number; taken?: Taken } = {},
): SourceNode | undefined {
  // A lone carriage return ends a line in YAML, but not in this parser.
  const text = given.replace(/\r(?!\n)/g, '\n');
  const lines = new LineCounter();
  const reading: NodeReading = {
    findings,
    anchors: new Map(),
    failures: { count: 0 },
    taken,
    placeOf: (offset) => {
      const at = lines.linePos(offset);
      return { source, line: Math.max(1, at.line) + line - 1, column: Math.max(1, at.col) };
    },
    fail: (offset, message, hint) => {
      // Errors after a syntax error are mostly consequences of it.
      if (reading.failures.count++ < 20) findings.error('', reading.placeOf(offset), message, hint);
    },
  };
  lines.addNewLine(0);
  const tokens = readTokens(text, reading, lines);
  if (!tokens || reading.failures.count > 0) return undefined;
  const options = { schema: 'failsafe', uniqueKeys: false, resolveKnownTags: false, prettyErrors: false } as const;
  const [document, second] = new Composer(options).compose(tokens, true, text.length);
  for (const { pos, message } of document?.errors ?? []) {
    const slip = yamlMessage(message);
    const opened = /^Flow .* end with a/i.test(message) ? openBefore(pos[0], tokens, text) : undefined;
    const colon = /^implicit (?:map )?keys need/i.test(message) ? colonSlip(lineAt(text, pos[0])) : undefined;
    if (opened !== undefined) {
      const { line: end } = reading.placeOf(pos[0]);
      const mark = text[opened] ?? '';
      reading.fail(
        opened,
        `this ${mark} is not closed before line ${end}`,
        `write its ${mark === '[' ? ']' : '}'}, and indent all of it`,
      );
    } else reading.fail(pos[0], colon?.message ?? slip.message, colon?.hint ?? slip.hint);
  }
  if (second) reading.fail(second.range[0], oneDocument);
  if (!document || reading.failures.count > 0) return undefined;
  const root = meaningOf(nodeOf(document.contents, 0, text), reading);
  return reading.failures.count > 0 ? undefined : root?.written;
}

/** Splits the text into tokens; stops as soon as it exceeds a limit of size or depth. */
function readTokens(text: string, { fail, taken }: NodeReading, lines: LineCounter): CST.Token[] | undefined {
  const unprintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (unprintable) {
    const code = unprintable[0].codePointAt(0)?.toString(16).padStart(4, '0');
    for (const newline of text.slice(0, unprintable.index).matchAll(/\n/g)) lines.addNewLine(newline.index + 1);
    return fail(unprintable.index, `the character U+${code?.toUpperCase()} cannot stand in YAML`, 'write it in base64');
  }
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let [slips, documents, words] = [0, 0, false];
  for (const lexeme of new Lexer().lex(text)) {
    const type: string | null = words ? 'words' : CST.tokenType(lexeme);
    const top = parser.stack.at(-1)?.type;
    if ((type === 'space' || type === 'words') && lexeme.includes('\t') && top !== 'block-scalar') {
      fail(parser.offset + lexeme.indexOf('\t'), 'a tab where YAML accepts only spaces', 'put spaces in its place');
    }
    if ((type === 'alias' || type === 'anchor') && !/^.[\w-]+$/.test(lexeme)) {
      fail(parser.offset, `${lexeme} is not a name for a value`, 'begin and end text with quotes');
    }
    if (type === 'alias' && ++taken.aliases > limits.aliases) {
      return fail(parser.offset, `more than ${limits.aliases} aliases`);
    }
    if (separators.has(type) && ++taken.values > limits.values)
      return fail(parser.offset, `more than ${limits.values} values`);
    if (++taken.marks > limits.marks) return fail(parser.offset, `more than ${limits.marks} words and marks`);
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      // A second document is an error, whatever follows it.
      if (token.type === 'document' && ++documents === 2) return tokens;
      if (token.type === 'error' && ++slips > 20) return fail(token.offset, yamlMessage(token.message).message);
    }
    if (parser.stack.length > limits.depth + 2) {
      return fail(parser.offset, `lists and mappings more than ${limits.depth} deep`);
    }
    words = type === 'scalar';
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** Returns where the innermost flow list or mapping begins that is still open at an offset. */
function openBefore(offset: number, tokens: readonly CST.Token[], text: string): number | undefined {
  let opened: number | undefined;
  const visit = (token: CST.Token | null | undefined): void => {
    if (!token) return;
    if (token.type === 'flow-collection') {
      const isClosed = token.end.some(({ source }) => source === ']' || source === '}');
      if (!isClosed && token.start.offset < offset && '[{'.includes(text[token.start.offset] ?? '-'))
        opened = token.start.offset;
    }
    if (token.type === 'document') visit(token.value);
    if (!('items' in token)) return;
    for (const item of token.items) {
      if ('key' in item) visit(item.key);
      visit(item.value);
    }
  };
  for (const token of tokens) visit(token);
  return opened;
}

const lineAt = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';

/** The tokens before each value except the first: their number bounds the number of values. */
const separators: ReadonlySet<string | null> = new Set<string>([
  'flow-seq-start',
  'flow-map-start',
  'seq-item-ind',
  'map-value-ind',
  'explicit-key-ind',
  'comma',
]);

/** Converts a node of the parser. An omitted value becomes an empty scalar after the node before it. */
function nodeOf(node: YamlNode | null, before: number, text: string): Node {
  if (!node) return { is: 'scalar', words: '', quoted: false, at: before };
  const at = node.range?.[0] ?? before;
  if (isAlias(node)) return { is: 'alias', name: node.source, at };
  const { anchor, tag } = node;
  const common = { ...(anchor !== undefined && { anchor }), ...(tag !== undefined && { tag }), at };
  if (isSeq<YamlNode>(node)) return { is: 'list', items: node.items.map((item) => nodeOf(item, at, text)), ...common };
  if (isMap<YamlNode | null, YamlNode | null>(node)) {
    const pairs = node.items.map(
      ({ key, value }) => [nodeOf(key, at, text), nodeOf(value, key?.range?.[1] ?? at, text)] as const,
    );
    return { is: 'mapping', pairs, ...common };
  }
  const words = isScalar<string>(node) ? node.value : '';
  const block = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  // A block scalar at the end of a text without a final line end has none either.
  const cut = block && node.range?.[1] === text.length && !text.endsWith('\n') && words.endsWith('\n');
  const quoted = isScalar(node) && node.type !== 'PLAIN';
  return { is: 'scalar', words: cut ? words.slice(0, -1) : words, quoted, ...common };
}
