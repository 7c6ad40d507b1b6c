import { expressionAt, tokensOf } from './tokens.ts';

export interface StringLiteral {
  readonly line: number;
  /** The text as the source has it, with "…" for each expression of a template. */
  readonly text: string;
}

/** Returns the string literals of a TypeScript source that begins at this line. */
export function stringLiterals(source: string, firstLine = 1): readonly StringLiteral[] {
  return tokensOf(source)
    .filter(({ is }) => is === 'text')
    .flatMap(({ text, at }) => literalsOf(text, firstLine + lineBreaksIn(source.slice(0, at))))
    .sort((a, b) => a.line - b.line);
}

/** Returns the literal of a token, and for a template those of its expressions as well. */
function literalsOf(token: string, line: number): readonly StringLiteral[] {
  if (!token.startsWith('`')) return [{ line, text: token.slice(1, -1) }];
  const inner: StringLiteral[] = [];
  let text = '';
  for (let at = 1; at < token.length - 1; ) {
    if (token.startsWith('${', at)) {
      const code = expressionAt(token, at + 2);
      inner.push(...stringLiterals(code, line + lineBreaksIn(token.slice(0, at))));
      text += '…';
      at += code.length + 3;
    } else {
      const piece = token.slice(at, token[at] === '\\' ? at + 2 : at + 1);
      text += piece;
      at += piece.length;
    }
  }
  return [...inner, { line, text }];
}

const lineBreaksIn = (text: string): number => text.split('\n').length - 1;
