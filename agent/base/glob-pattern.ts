/** How a dialect of glob patterns differs from fnmatch(3) without flags. */
export interface GlobDialect {
  /** Whether a backslash escapes the next character; otherwise (FNM_NOESCAPE) it is literal. */
  readonly escapes?: boolean;
  /** Whether `[...]` matches one character of a set; OpenSSH's patterns for users and hosts have no sets. */
  readonly sets?: boolean;
}

type Test = (character: string) => boolean;
const star = Symbol('*');
type Token = typeof star | Test;

/**
 * Returns a matcher for a glob pattern, with the rules of fnmatch(3) of glibc in the C.UTF-8 locale: `*`, `?`, and `[...]` with
 * ranges, classes (`[:digit:]`) and negation by `!` or `^`. A set without an end is literal. Any text is a pattern: this never
 * throws, and the time to match is at most the product of both lengths.
 */
export function globMatcher(pattern: string, { escapes = true, sets = true }: GlobDialect = {}): Test {
  const tokens = tokensOf([...pattern], escapes, sets);
  return tokens ? (text) => matches(tokens, [...text]) : () => false;
}

/** Returns the tokens of a pattern; undefined if it matches nothing at all. */
function tokensOf(pattern: readonly string[], escapes: boolean, sets: boolean): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    const set = character === '[' && sets ? readSet(pattern, at + 1, escapes) : undefined;
    if (character === '*') {
      if (tokens.at(-1) !== star) tokens.push(star);
    } else if (character === '?') tokens.push(() => true);
    else if (set) {
      tokens.push(set.test);
      at = set.last;
    } else {
      const literal = character === '\\' && escapes ? pattern[++at] : character;
      if (literal === undefined) return undefined;
      tokens.push((each) => each === literal);
    }
  }
  return tokens;
}

/** Returns whether the text matches. Each star matches as little as possible, and more only if the rest does not match. */
function matches(tokens: readonly Token[], text: readonly string[]): boolean {
  let [at, behindStar, taken] = [0, -1, 0];
  for (let index = 0; index < text.length; ) {
    const token = tokens[at];
    if (token === star) {
      behindStar = ++at;
      taken = index;
    } else if (token?.(text[index] ?? '')) {
      at++;
      index++;
    } else if (behindStar !== -1) {
      at = behindStar;
      index = ++taken;
    } else return false;
  }
  while (tokens[at] === star) at++;
  return at === tokens.length;
}

const classes: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[\p{L}\p{N}]/u],
  ['alpha', /\p{L}/u],
  ['blank', /[ \t]/],
  ['cntrl', /\p{Cc}/u],
  ['digit', /[0-9]/],
  ['graph', /[^\s\p{Cc}]/u],
  ['lower', /\p{Ll}/u],
  ['print', /[^\p{Cc}]/u],
  ['punct', /[^\s\p{L}\p{N}\p{Cc}]/u],
  ['space', /\s/],
  ['upper', /\p{Lu}/u],
  ['xdigit', /[0-9A-Fa-f]/],
]);

interface CharacterSet {
  readonly test: Test;
  /** The index of the closing bracket. */
  readonly last: number;
}

/** Reads the set after an opening bracket; undefined if it has no end, so that the bracket is literal. */
function readSet(pattern: readonly string[], from: number, escapes: boolean): CharacterSet | undefined {
  const negated = pattern[from] === '!' || pattern[from] === '^';
  const first = negated ? from + 1 : from;
  const tests: Test[] = [];
  let isVoid = false;
  for (let at = first; at < pattern.length; ) {
    if (pattern[at] === ']' && at > first) {
      const test: Test = isVoid ? () => false : (each) => tests.some((fits) => fits(each)) !== negated;
      return { test, last: at };
    }
    const name = pattern[at] === '[' ? className(pattern, at) : undefined;
    if (name !== undefined) {
      const known = classes.get(name);
      if (known) tests.push((each) => known.test(each));
      else isVoid = true;
      at += name.length + 4;
      continue;
    }
    const low = characterAt(pattern, at, escapes);
    if (!low) return undefined;
    at = low.next;
    // A hyphen before the end of the set is literal.
    const high =
      pattern[at] === '-' && pattern[at + 1] !== ']' ? characterAt(pattern, at + 1, escapes) : { ...low, next: at };
    if (!high) return undefined;
    at = high.next;
    tests.push((each) => codeOf(low.character) <= codeOf(each) && codeOf(each) <= codeOf(high.character));
  }
  return undefined;
}

/** Returns the word of `[:word:]` at this position. */
function className(pattern: readonly string[], at: number): string | undefined {
  if (pattern[at + 1] !== ':') return undefined;
  let end = at + 2;
  while (/^[a-z]$/.test(pattern[end] ?? '')) end++;
  return pattern[end] === ':' && pattern[end + 1] === ']' ? pattern.slice(at + 2, end).join('') : undefined;
}

function characterAt(
  pattern: readonly string[],
  at: number,
  escapes: boolean,
): { readonly character: string; readonly next: number } | undefined {
  const index = pattern[at] === '\\' && escapes ? at + 1 : at;
  const character = pattern[index];
  return character === undefined ? undefined : { character, next: index + 1 };
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;
