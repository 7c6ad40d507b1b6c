// Format: Jinja templates, https://jinja.palletsprojects.com/en/stable/templates/
/** A rendered template, with the variables and expressions that could not be rendered. */
export interface Rendered {
  readonly text: string;
  /** Variables without a value, with their lines. */
  readonly missing: readonly { readonly name: string; readonly line: number }[];
  /** Unsupported tags, filters and expressions: the line and the text. */
  readonly undone: readonly { readonly line: number; readonly words: string }[];
}

const opening = /\{[{%#]/g;
const closing = /[}%#]\}/g;
const variable = /^\s*([A-Za-z_]\w*(?:\s*(?:\.\s*\w+|\[\s*(?:'[^'\\]*'|"[^"\\]*"|\d+)\s*\]))*)\s*$/;

/**
 * Renders a Jinja template that consists of text, comments and plain variables: `{{ v1.region }}`. Without
 * `variables`, each variable is replaced by its own name. Tags, filters and expressions are reported, not evaluated.
 */
export function render(
  template: string,
  variables: Readonly<Record<string, unknown>> | undefined,
  firstLine = 1,
): Rendered {
  const missing: { name: string; line: number }[] = [];
  const undone: { line: number; words: string }[] = [];
  const lineAt = lineCounter(template, firstLine);
  const pieces: string[] = [];
  let end = 0;
  let trim = false;
  for (const { index, words, open, before, inner, after } of marksOf(template)) {
    const text = template.slice(end, index);
    const left = trim ? text.trimStart() : text;
    pieces.push(before ? left.trimEnd() : left);
    trim = after;
    end = index + words.length;
    const name = open === '{' && words.endsWith('}}') ? variable.exec(inner)?.[1] : undefined;
    if (open === '#' && words.endsWith('#}')) continue;
    if (name === undefined) undone.push({ line: lineAt(index), words: words.replace(/\s+/g, ' ').slice(0, 60) });
    else {
      const value = variables ? wordsOf(lookUp(variables, keysOf(name))) : name.replace(/\W+/g, '-');
      if (value === undefined) missing.push({ name, line: lineAt(index) });
      pieces.push(value ?? `CI_MISSING_JINJA_VAR/${name}`);
    }
  }
  const rest = template.slice(end);
  const unclosed = /\{[{%]/.exec(rest);
  if (unclosed)
    undone.push({ line: lineAt(end + unclosed.index), words: rest.slice(unclosed.index).split('\n')[0] ?? '' });
  pieces.push(trim ? rest.trimStart() : rest);
  return { text: pieces.join(''), missing, undone };
}

interface Mark {
  readonly index: number;
  /** The whole mark, with its braces. */
  readonly words: string;
  /** The character after its first brace: {, % or #. */
  readonly open: string;
  /** Whether a hyphen removes the white space before the mark; `after`: the white space after it. */
  readonly before: boolean;
  readonly inner: string;
  readonly after: boolean;
}

/** Yields each mark in braces, up to the next closing pair. The search never backtracks. */
function* marksOf(template: string): Generator<Mark> {
  for (let from = 0; ; ) {
    opening.lastIndex = from;
    const index = opening.exec(template)?.index;
    if (index === undefined) return;
    closing.lastIndex = index + 2;
    const close = closing.exec(template)?.index;
    if (close === undefined) return;
    from = close + 2;
    const body = template.slice(index + 2, close);
    const before = body.startsWith('-');
    const after = body.length > Number(before) && body.endsWith('-');
    const inner = body.slice(Number(before), body.length - Number(after));
    yield { index, words: template.slice(index, from), open: template[index + 1] ?? '', before, inner, after };
  }
}

const keysOf = (name: string): readonly string[] =>
  [...name.matchAll(/'([^']*)'|"([^"]*)"|(\w+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');

function lookUp(variables: unknown, keys: readonly string[]): unknown {
  let value = variables;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    // A Jinja name cannot contain a hyphen, so a key with hyphens also matches its name with underscores.
    const members = Object.entries(value);
    value = (members.find(([each]) => each === key) ??
      members.find(([each]) => each.replaceAll('-', '_') === key))?.[1];
  }
  return value;
}

/** Returns the value as Python prints it, which is what templates expect. */
function wordsOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, each]) => `${quoted(key)}: ${quoted(each)}`)
      .join(', ')}}`;
  }
  return String(value);
}

const quoted = (value: unknown): string =>
  typeof value !== 'string'
    ? (wordsOf(value) ?? '')
    : value.includes("'") && !value.includes('"')
      ? `"${value}"`
      : `'${value.replace(/[\\']/g, '\\$&')}'`;

function lineCounter(text: string, firstLine: number): (offset: number) => number {
  let [at, line] = [0, firstLine];
  return (offset) => {
    for (; at < offset; at++) if (text[at] === '\n') line++;
    return line;
  };
}
