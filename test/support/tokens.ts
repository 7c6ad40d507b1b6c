/** One token of a TypeScript source, with its position in the text. */
export interface Token {
  readonly is: 'word' | 'number' | 'text' | 'regex' | 'mark';
  readonly text: string;
  readonly at: number;
}

const marks =
  /^(?:>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|&&=|\|\|=|\?\?=|=>|==|!=|<=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|\*\*|.)/s;

/** After these tokens a slash begins a regular expression and not a division. */
const beforeRegex = /^(?:return|typeof|case|in|of|await|=>|&&|\|\||\?\?|[=(,[{:;!?+]|===|!==|\.\.\.)$/;

/** Returns the tokens of a source that the formatter has written; comments are left out, a template is one token. */
export const tokensOf = (source: string): readonly Token[] => [...tokensFrom(source, 0)];

/** Returns the code from a position up to the brace that closes it, or up to the end. */
export function expressionAt(source: string, from: number): string {
  let depth = 0;
  for (const { is, text, at } of tokensFrom(source, from)) {
    if (is !== 'mark') continue;
    if (text === '{') depth++;
    if (text === '}' && depth-- === 0) return source.slice(from, at);
  }
  return source.slice(from);
}

function* tokensFrom(source: string, from: number): Generator<Token> {
  let last: Token | undefined;
  for (let at = from; at < source.length; ) {
    const skipped = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(source.slice(at))?.[0];
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    last = next(source, at, last);
    yield last;
    at += last.text.length;
  }
}

function next(source: string, at: number, last: Token | undefined): Token {
  const rest = source.slice(at);
  const word = /^[\p{L}_$#][\p{L}\p{N}_$]*/u.exec(rest)?.[0];
  if (word !== undefined) return { is: 'word', text: word, at };
  const number = /^(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)n?/i.exec(rest)?.[0];
  if (number !== undefined) return { is: 'number', text: number, at };
  const text = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/s.exec(rest)?.[0];
  if (text !== undefined) return { is: 'text', text, at };
  if (rest.startsWith('`')) return { is: 'text', text: templateAt(source, at), at };
  const regex = /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.exec(rest)?.[0];
  if (regex !== undefined && (last === undefined || beforeRegex.test(last.text)))
    return { is: 'regex', text: regex, at };
  return { is: 'mark', text: marks.exec(rest)?.[0] ?? '', at };
}

/** Returns a template with everything in it, templates within it included. */
function templateAt(source: string, from: number): string {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return source.slice(from, at + 1);
    else if (source.startsWith('${', at)) at += 2 + expressionAt(source, at + 2).length;
  }
  return source.slice(from);
}
