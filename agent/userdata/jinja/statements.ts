import { type Cursor, cursorOf, endTag, here, nameAt, skip, want } from './cursor.ts';
import { expressionAt, tupleAt } from './expressions.ts';
import { type TemplatePiece, templateError } from './lexer.ts';
import type { Expr, Statement } from './syntax.ts';

/** The deepest nesting of tags. */
const deepest = 50;

interface Reader {
  readonly pieces: readonly TemplatePiece[];
  at: number;
  depth: number;
}

/** Returns the statements of a template. */
export function statementsOf(pieces: readonly TemplatePiece[]): readonly Statement[] {
  const reader: Reader = { pieces, at: 0, depth: 0 };
  return until(reader, []).nodes;
}

interface Block {
  readonly nodes: readonly Statement[];
  /** The tag that ended the block, and its other tokens. */
  readonly end: string;
  readonly rest: Cursor;
}

/** Reads statements until one of these tags; without tags, until the end of the template. */
function until(reader: Reader, ends: readonly string[], line = 0): Block {
  const nodes: Statement[] = [];
  for (let piece = reader.pieces[reader.at++]; piece; piece = reader.pieces[reader.at++]) {
    if (piece.is === 'text') nodes.push(piece);
    else if (piece.is === 'print') nodes.push(printOf(cursorOf(piece.tokens), piece.line));
    else {
      const rest = cursorOf(piece.tokens);
      const tag = nameAt(rest);
      if (ends.includes(tag)) return { nodes, end: tag, rest };
      const read = tags.get(tag);
      if (!read) throw templateError(piece.line, `the tag "${tag}" is not supported`);
      if (++reader.depth > deepest) throw templateError(piece.line, 'tags are nested too deeply');
      nodes.push(read(reader, rest, piece.line));
      reader.depth--;
    }
  }
  if (ends.length > 0) throw templateError(line, `a tag is not closed by "${ends.at(-1)}"`);
  return { nodes, end: '', rest: cursorOf([]) };
}

function printOf(c: Cursor, line: number): Statement {
  const of = tupleAt(c);
  endTag(c);
  return { is: 'print', of, line };
}

type TagReader = (reader: Reader, c: Cursor, line: number) => Statement;

const tags: ReadonlyMap<string, TagReader> = new Map<string, TagReader>([
  ['if', readIf],
  ['for', readFor],
  ['set', readSet],
  ['do', readDo],
]);

function readIf(reader: Reader, first: Cursor, line: number): Statement {
  const branches: (readonly [Expr | undefined, readonly Statement[]])[] = [];
  let test: Expr | undefined = expressionAt(first);
  endTag(first);
  for (;;) {
    const ends = test ? ['elif', 'else', 'endif'] : ['endif'];
    const { nodes, end, rest } = until(reader, ends, line);
    branches.push([test, nodes]);
    test = end === 'elif' ? expressionAt(rest) : undefined;
    endTag(rest);
    if (end === 'endif') return { is: 'if', branches };
  }
}

function namesAt(c: Cursor): string[] {
  const names = [nameAt(c)];
  while (skip(c, ',')) if (here(c).is === 'name') names.push(nameAt(c));
  return names;
}

function readFor(reader: Reader, c: Cursor, line: number): Statement {
  const hasParentheses = skip(c, '(');
  const names = namesAt(c);
  if (hasParentheses) want(c, ')');
  want(c, 'in');
  const over = expressionAt(c, false);
  const only = skip(c, 'if') ? expressionAt(c) : undefined;
  endTag(c);
  const { nodes: body, end, rest } = until(reader, ['else', 'endfor'], line);
  endTag(rest);
  const otherwise = end === 'else' ? until(reader, ['endfor'], line).nodes : [];
  return { is: 'for', names, over, only, body, otherwise, line };
}

function readDo(_: Reader, c: Cursor, line: number): Statement {
  const of = expressionAt(c);
  endTag(c);
  return { is: 'set', names: [], of, line };
}

function readSet(reader: Reader, c: Cursor, line: number): Statement {
  const names = namesAt(c);
  if (skip(c, '=')) {
    const of = tupleAt(c);
    endTag(c);
    return { is: 'set', names, of, line };
  }
  endTag(c);
  const { nodes: body, rest } = until(reader, ['endset'], line);
  endTag(rest);
  return { is: 'set-block', name: names[0] ?? '', body, line };
}
