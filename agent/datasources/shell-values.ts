import { mapOf } from '../base/map-of.ts';
/** Where and why a file is not a valid list of assignments. */
export interface Broken {
  readonly line: number;
  readonly why: string;
}

/**
 * Returns the values of a file of shell assignments as bash would set them, without executing anything. A construct that
 * only a shell can evaluate (a substitution, a command) makes the file invalid.
 */
export function readAssignments(text: string): ReadonlyMap<string, string> | Broken {
  const values = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    at += /^(?:[ \t\n]|\\\n)*(?:#[^\n]*)?/.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length) break;
    if (text[at] === '\n') continue;
    const [name] = /^[A-Za-z_]\w*(?==)/.exec(text.slice(at, at + 300)) ?? [];
    if (name === undefined) return brokenAt(text, at, 'not KEY=VALUE');
    const word = readWord(text, at + name.length + 1);
    if ('why' in word) return brokenAt(text, word.end, word.why);
    values.set(name, word.value);
    at = word.end;
  }
  return values;
}

type Word = { readonly value: string; readonly end: number };
type Refused = { readonly why: string; readonly end: number };

/** Reads one value: a sequence of plain and quoted pieces up to the next unquoted white space. */
function readWord(text: string, from: number): Word | Refused {
  let value = '';
  let at = from;
  while (at < text.length && !/[ \t\n]/.test(text[at] ?? '')) {
    const piece = readPiece(text, at, from);
    if ('why' in piece) return piece;
    value += piece.value;
    at = piece.end;
  }
  return { value, end: at };
}

function readPiece(text: string, at: number, from: number): Word | Refused {
  if (text[at] === "'") return quoted(text, at + 1, /'/g, (raw) => raw);
  if (text[at] === '"') return doubleQuoted(text, at + 1);
  if (text.startsWith("$'", at)) return quoted(text, at + 2, /\\[\s\S]|'/g, unescaped);
  const [plain = ''] = /^(?:\\[\s\S]|[^ \t\n'"\\$`;&|<>()])+/.exec(text.slice(at)) ?? [];
  if (plain === '') return { why: refusal(text[at] ?? ''), end: at };
  // The shell expands a tilde to a home directory at the start of a value and after a colon.
  if ((at === from && plain.startsWith('~')) || /(?<!\\):~/.test(plain))
    return { why: 'a ~ would be expanded', end: at };
  return {
    value: plain.replace(/\\(\n|[\s\S])/g, (_all, next) => (next === '\n' ? '' : next)),
    end: at + plain.length,
  };
}

const refusal = (character: string): string =>
  character === '$' || character === '`' ? 'a substitution would be made' : `a ${character} is outside of quotes`;

/** Reads text up to the closing quote. */
function quoted(text: string, from: number, stop: RegExp, convert: (raw: string) => string): Word | Refused {
  stop.lastIndex = from;
  for (let found = stop.exec(text); found; found = stop.exec(text)) {
    if (found[0] === "'") return { value: convert(text.slice(from, found.index)), end: found.index + 1 };
  }
  return { why: 'a quote is not closed', end: from - 1 };
}

function doubleQuoted(text: string, from: number): Word | Refused {
  let value = '';
  for (let at = from; at < text.length; at++) {
    const [here = '', next = ''] = [text[at], text[at + 1]];
    if (here === '"') return { value, end: at + 1 };
    if (here === '`' || (here === '$' && /[\w({[@*#?$!-]/.test(next))) {
      return { why: 'a substitution would be made', end: at };
    }
    if (here === '\\' && /["\\$`\n]/.test(next)) {
      value += next === '\n' ? '' : next;
      at++;
    } else value += here;
  }
  return { why: 'a quote is not closed', end: from - 1 };
}

const simple = mapOf({
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
});

/** Resolves the escapes of $'...' (bash, "ANSI-C Quoting"). */
function unescaped(raw: string): string {
  const escapes = /\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|c([\s\S])|([\s\S]))/g;
  return raw.replace(escapes, (all, octal, hex, short, long, control, other) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    const code = hex ?? short ?? long;
    if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
    if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) & 0x1f);
    return simple.get(other) ?? (/["'?\\]/.test(other) ? other : all);
  });
}

const brokenAt = (text: string, at: number, why: string): Broken => ({
  line: text.slice(0, at).split('\n').length,
  why,
});
