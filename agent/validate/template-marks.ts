/** A text whose template marks are replaced by characters that nothing else uses. */
export interface MaskedTemplate {
  /** The same lines as the original; everything outside of marks keeps its column. */
  readonly text: string;
  /** Puts the marks back into a message that contains masked text. */
  unmask(message: string): string;
  /** Whether one of several branches is left out when the template is filled in, so that both may give a key. */
  readonly branches: boolean;
}

interface Mark {
  readonly start: number;
  readonly end: number;
  /** Whether it controls the template and is not a value: `%{ if a }`, `{% endfor %}`, `{{- end }}`. */
  readonly directive: boolean;
}

/** The first private-use character, the number of marks that have one of their own, and the character that fills a mark up. */
const [first, different, filler] = [0xe000, 0x18ff, '\uf8ff'];

const masked = /([\ue000-\uf8fe])\uf8ff*/g;

/** Returns whether a value contains a mark that is replaced. */
export const hasMask = (text: string): boolean => /[\ue000-\uf8ff]/.test(text);

const opening = /\$\$\{|%%\{|\$\{|%\{|\{\{|\{%|\{#/g;

const control = /^\{\{-?\s*(?:if|else|end|range|with|define|block|break|continue|\/\*|\$\w*\s*:?=)/;

/** Replaces the marks of Terraform (`${}`, `%{}`), Jinja and Helm (`{{}}`, `{%%}`, `{##}`). `$${` and `%%{` are literal. */
export function maskTemplate(text: string): MaskedTemplate {
  const marks = marksIn(text);
  const [pieces, end] = marks.reduce<readonly [string[], number]>(
    ([before, from], { start, end: to }, index) => {
      const code = String.fromCharCode(first + (index % different));
      const [head = '', ...others] = text.slice(start, to).split('\n');
      // The lines after the first would otherwise end the value that the mark stands in.
      const rest = others.map((line, at) => `\n${at === others.length - 1 ? ' '.repeat(line.length) : ''}`);
      before.push(text.slice(from, start), code, filler.repeat(Math.max(0, head.length - 1)), ...rest);
      return [before, to];
    },
    [[], 0],
  );
  const written = marks.map((mark) => text.slice(mark.start, mark.end));
  const isDirective = (code: string): boolean => marks[code.charCodeAt(0) - first]?.directive ?? false;
  return {
    text: withoutMarkLines(`${pieces.join('')}${text.slice(end)}`.split('\n'), isDirective).join('\n'),
    unmask: (message) => message.replace(masked, (_, code: string) => written[code.charCodeAt(0) - first] ?? ''),
    branches: written.some((mark) => /^[{%]\{?%?[-~]?\s*el(?:se|if)/.test(mark)),
  };
}

function marksIn(text: string): readonly Mark[] {
  const marks: Mark[] = [];
  let from = 0;
  for (const { 0: opened, index } of text.matchAll(opening)) {
    if (index < from || opened.length === 3) continue;
    const end = closing.has(opened) ? endOf(opened, text, index + 2) : endOfTerraform(text, index + 2);
    if (end === undefined) continue;
    const directive = opened.includes('%') || opened === '{#' || control.test(text.slice(index, end));
    marks.push({ start: index, end, directive });
    from = end;
  }
  return marks;
}

const closing = new Map([
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
]);

function endOf(opened: string, text: string, from: number): number | undefined {
  const close = closing.get(opened) ?? '}';
  const at = text.slice(from, from + longest).indexOf(close);
  return at < 0 ? undefined : from + at + close.length;
}

/** The maximum length of a mark: a search for the end of one that is never closed stops there. */
const longest = 10_000;

/** Returns where an expression of Terraform ends: at its own brace, not at one of an object or a text in it. */
function endOfTerraform(text: string, from: number): number | undefined {
  const open: ('brace' | 'text')[] = ['brace'];
  for (let at = from; at < Math.min(text.length, from + longest); at++) {
    const character = text[at];
    if (open.at(-1) === 'text') {
      if (character === '\\') at++;
      else if (character === '"') open.pop();
      else if (character === '{' && /[$%]/.test(text[at - 1] ?? '')) open.push('brace');
    } else if (character === '"') open.push('text');
    else if (character === '{') open.push('brace');
    else if (character === '}') {
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  return undefined;
}

/** Empties the lines that contain nothing but marks, except where such a line is the value of the key above it. */
function withoutMarkLines(lines: readonly string[], isDirective: (code: string) => boolean): readonly string[] {
  const done: string[] = [];
  let above = '';
  let block: number | undefined;
  for (const [index, line] of lines.entries()) {
    const isBlank = line.trim() === '';
    if (!isBlank && block !== undefined && indentOf(line) <= block && !hasMask(line)) block = undefined;
    const codes = [...line.matchAll(masked)].map(([, code = '']) => code);
    const isAlone = codes.length > 0 && line.replace(masked, '').trim() === '';
    // A directive at the end of a line adds nothing to the value before it.
    let kept = line.replace(/(?:\s*[\ue000-\uf8fe]\uf8ff*)+\s*$/, (end) => {
      const all = [...end.matchAll(masked)].every(([, code = '']) => isDirective(code));
      return all ? '' : end;
    });
    if (isAlone && codes.every(isDirective)) kept = '';
    else if (isAlone && !(block !== undefined && indentOf(line) > block)) {
      const next = lines.slice(index + 1).find((each) => each.trim() !== '' && !hasMask(each)) ?? '';
      const isValue = block === undefined ? isKeyAlone(above) && !isBelow(next, above) : opensBlock(above);
      kept = isValue ? `${' '.repeat(indentOf(above) + 1)}${line.trim()}` : '';
    }
    done.push(kept);
    if (kept.trim() === '') continue;
    above = kept;
    if (block === undefined && opensBlock(kept)) block = indentOf(kept);
  }
  return done;
}

/** Returns the column of the first character after the spaces and the dashes of list items. */
const indentOf = (line: string): number => /^ *(?:- +(?=[^\s|>]))*/.exec(line)?.[0].length ?? 0;

const opensBlock = (line: string): boolean => /[:-] +[|>][-+\d]*\s*(?:#.*)?$/.test(line);
const isKeyAlone = (line: string): boolean => /^[^#]*:\s*$/.test(line);
const isBelow = (line: string, key: string): boolean => {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  return line !== '' && (spaces > indentOf(key) || (spaces === indentOf(key) && /^ *- /.test(line)));
};
