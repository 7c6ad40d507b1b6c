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
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const skipped = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const token = next(source, at, tokens.at(-1));
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
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
  let depth = 0;
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (depth === 0 && char === '`') return source.slice(from, at + 1);
    else if (depth === 0 && char === '$' && source[at + 1] === '{') {
      depth = 1;
      at++;
    } else if (depth > 0) {
      if (char === '{') depth++;
      else if (char === '}') depth--;
      else if (char === '`') at += templateAt(source, at).length - 1;
      else if (char === "'" || char === '"') at = source.indexOf(char, at + 1);
    }
  }
  return source.slice(from);
}
