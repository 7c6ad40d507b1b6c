// Format: Jinja templates, https://jinja.palletsprojects.com/en/stable/templates/

/** An error in a template, with its line; without one, it is in the statement that is rendered. */
export interface TemplateError extends Error {
  readonly line: number | undefined;
}

export const templateError = (line: number | undefined, message: string): TemplateError =>
  Object.assign(new Error(message), { line });

/** A token of an expression. */
export interface Token {
  readonly is: 'name' | 'number' | 'text' | 'sign' | 'end';
  readonly text: string;
  readonly line: number;
}

/** A piece of a template: plain text, an expression, or a tag. */
export type TemplatePiece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'print' | 'tag'; readonly tokens: readonly Token[]; readonly line: number };

const token =
  /(\s+)|([A-Za-z_]\w*)|(\d[\d_]*\.\d+(?:[eE][+-]?\d+)?|\d[\d_]*)|('(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")|(\*\*|\/\/|==|!=|<=|>=|[-+*/%~<>=|.,:()[\]{}])/y;

/** The deepest nesting of brackets, so that a tag that is never closed is not read to the end of the template. */
const deepest = 100;
/** The most tokens of a tag: each may be one more level of the evaluation. */
const mostTokens = 2000;

/** Splits a template into its pieces, and applies the control of white space. */
export function piecesOf(template: string, firstLine: number): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  let line = firstLine;
  let trim = false;
  const pass = (text: string) => {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line++;
  };
  const addText = (text: string, trimEnd: boolean) => {
    const left = trim ? text.trimStart() : text;
    const kept = trimEnd ? left.trimEnd() : left;
    if (kept !== '') pieces.push({ is: 'text', text: kept });
    pass(text);
  };
  for (let at = 0; ; ) {
    const open = nextOpening(template, at);
    if (open === -1) {
      addText(template.slice(at), false);
      return pieces;
    }
    const kind = template[open + 1] ?? '';
    const before = template[open + 2] === '-';
    addText(template.slice(at, open), before);
    const start = open + 2 + Number(before || template[open + 2] === '+');
    const { end, tokens } = kind === '#' ? commentAt(template, start, line) : tokensAt(template, start, kind, line);
    const source = template.slice(open, end);
    const startLine = line;
    pass(source);
    trim = template[end - 3] === '-' && end - 3 >= start;
    at = end;
    if (tokens[0]?.text === 'raw' && kind === '%') {
      const raw = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
      raw.lastIndex = end;
      const close = raw.exec(template);
      if (!close) throw templateError(startLine, '"raw" is not closed by "endraw"');
      addText(template.slice(end, close.index), close[1] === '-');
      pass(close[0]);
      trim = close[2] === '-';
      at = close.index + close[0].length;
      continue;
    }
    // A tag or a comment takes the line end behind it with it, as cloud-init's settings of Jinja (trim_blocks) say.
    if (kind !== '{' && !trim && template[end - 3] !== '+' && template[at] === '\n') {
      at++;
      line++;
    }
    if (kind !== '#') pieces.push({ is: kind === '%' ? 'tag' : 'print', tokens, line: startLine });
  }
}

function nextOpening(template: string, from: number): number {
  for (let at = template.indexOf('{', from); at !== -1; at = template.indexOf('{', at + 1))
    if ('{%#'.includes(template[at + 1] || ' ')) return at;
  return -1;
}

function commentAt(template: string, start: number, line: number) {
  const close = template.indexOf('#}', start);
  if (close === -1) throw templateError(line, 'a comment is not closed by "#}"');
  return { end: close + 2, tokens: [] as readonly Token[] };
}

function tokensAt(template: string, start: number, kind: string, firstLine: number) {
  const close = kind === '%' ? '%}' : '}}';
  const tokens: Token[] = [];
  let line = firstLine;
  let depth = 0;
  for (let at = start; at < template.length; ) {
    if (depth === 0) {
      const signed = /[-+]/.test(template[at] ?? '') ? 1 : 0;
      if (template.startsWith(close, at + signed)) {
        tokens.push({ is: 'end', text: '', line });
        return { end: at + signed + 2, tokens };
      }
    }
    if (tokens.length > mostTokens) throw templateError(line, `a tag has more than ${mostTokens} words and signs`);
    token.lastIndex = at;
    const [whole, space, name, number, quoted, sign] = token.exec(template) ?? [];
    if (whole === undefined) throw templateError(line, `unexpected character ${JSON.stringify(template[at])}`);
    if (sign && '([{'.includes(sign) && ++depth > deepest)
      throw templateError(line, 'the expression is nested too deeply');
    if (sign && ')]}'.includes(sign)) depth--;
    if (name) tokens.push({ is: 'name', text: name, line });
    else if (number) tokens.push({ is: 'number', text: number.replaceAll('_', ''), line });
    else if (quoted) tokens.push({ is: 'text', text: unescaped(quoted.slice(1, -1)), line });
    else if (sign) tokens.push({ is: 'sign', text: sign, line });
    if (space || quoted) line += whole.split('\n').length - 1;
    at += whole.length;
  }
  throw templateError(firstLine, `${template.slice(start - 2, start + 40).split('\n')[0]} is not closed by "${close}"`);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\n', ''],
]);

const unescaped = (text: string): string =>
  text.replace(/\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([\s\S]))/g, (whole, hex, unicode, char) =>
    hex || unicode
      ? String.fromCharCode(Number.parseInt(hex ?? unicode, 16))
      : (escapes.get(char) ?? ('\\\'"'.includes(char) ? char : whole)),
  );
