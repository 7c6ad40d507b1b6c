export interface StringLiteral {
  readonly line: number;
  /** The text as the source has it, with "…" for each expression of a template. */
  readonly text: string;
}

/** A slash begins a regular expression after these, and divides after anything else. */
const beforeRegExp = /(?:^|[=([{},;:!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|yield|await))\s*$/;
const token =
  /\/\/.*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*|[`{}/]|[^'"`{}/]+/gy;

/** Returns the string literals of a TypeScript source. */
export function stringLiterals(source: string): readonly StringLiteral[] {
  const found: StringLiteral[] = [];
  const lineAt = (index: number): number => source.slice(0, index).split('\n').length;
  let at = 0;

  /** Reads code up to the brace that closes it, or to the end. */
  function code(): void {
    for (let depth = 0, before = ''; at < source.length; ) {
      token.lastIndex = at;
      const [word = source[at] ?? ''] = token.exec(source) ?? [];
      const from = at;
      if (word === '}' && depth === 0) return;
      if (word === '`') {
        at++;
        found.push({ line: lineAt(from), text: template() });
      } else if (word.length > 1 && word.startsWith('/') && !/^\/[/*]/.test(word) && !beforeRegExp.test(before)) {
        at++; // a division
      } else {
        at += word.length;
        if (word === '{') depth++;
        if (word === '}') depth--;
        if (/^['"]/.test(word)) found.push({ line: lineAt(from), text: word.slice(1, -1) });
      }
      if (!/^\/[/*]/.test(word) && word.trim() !== '') before = word;
    }
  }

  /** Reads a template whose backtick is read already, with the code in it. */
  function template(): string {
    for (let text = ''; ; ) {
      const next = source[at];
      if (next === '`' || next === undefined) {
        at++;
        return text;
      }
      if (source.startsWith('${', at)) {
        at += 2;
        code();
        at++;
        text += '…';
      } else {
        const piece = next === '\\' ? source.slice(at, at + 2) : next;
        text += piece;
        at += piece.length;
      }
    }
  }

  code();
  return found.sort((a, b) => a.line - b.line);
}
