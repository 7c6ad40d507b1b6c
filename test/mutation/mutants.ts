import { type Token, tokensOf } from '../support/tokens.ts';

/** One change of the meaning of a source: the text from `at` to `end` is replaced. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly at: number;
  readonly end: number;
  readonly by: string;
  /** What is changed: "drop the call", "negate the condition". */
  readonly what: string;
}

type Edit = Pick<Mutant, 'at' | 'end' | 'by' | 'what'>;

/** Binary operators. The formatter puts spaces around them and never begins a line with one, unlike brackets of types. */
const swapped = new Map([
  ['===', '!=='],
  ['!==', '==='],
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['&&', '||'],
  ['||', '&&'],
  ['-', '+'],
  ['*', '/'],
  ['+=', '-='],
  ['-=', '+='],
]);

const methods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['startsWith', 'endsWith'],
  ['findLast', 'find'],
  ['findIndex', 'findLastIndex'],
]);

/** Returns every mutant of a source, in the order of the text. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const tokens = atRunTime(tokensOf(source));
  const edits = tokens.flatMap((_, index) => [
    ...operators(tokens, index, source),
    ...conditions(tokens, index, source),
    ...calls(tokens, index, source),
    ...returns(tokens, index),
    ...constants(tokens, index),
  ]);
  return edits
    .toSorted((a, b) => a.at - b.at)
    .map((edit) => ({ file, line: source.slice(0, edit.at).split('\n').length, ...edit }));
}

export const mutated = (source: string, { at, end, by }: Mutant): string =>
  source.slice(0, at) + by + source.slice(end);

/** Leaves out imports, interfaces and type aliases, which have no effect when the program runs. */
function atRunTime(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const { text = '' } = tokens[index] ?? {};
    const isStart =
      index === 0 || /^(?:[;}]|export)$/.test(tokens[index - 1]?.text ?? '') || tokens[index - 1]?.is === 'text';
    if (isStart && text === 'import') index = endOf(tokens, index, ';');
    else if (isStart && text === 'interface') index = closing(tokens, opening(tokens, index));
    else if (isStart && text === 'type') index = endOf(tokens, index, ';');
    else kept.push(tokens[index] as Token);
  }
  return kept;
}

/** Returns the position of the next token with this text outside of brackets. */
function endOf(tokens: readonly Token[], from: number, text: string): number {
  for (let index = from; index < tokens.length; index++) {
    if (tokens[index]?.text === text) return index;
    if (/^[({[]$/.test(tokens[index]?.text ?? '')) index = closing(tokens, index);
  }
  return tokens.length - 1;
}

const opening = (tokens: readonly Token[], from: number): number =>
  tokens.findIndex(({ text }, index) => index >= from && text === '{');

/** Returns the position of the bracket that closes the one here. */
function closing(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    if (tokens[index]?.is !== 'mark') continue;
    if (/^[({[]$/.test(tokens[index]?.text ?? '')) depth++;
    if (/^[)}\]]$/.test(tokens[index]?.text ?? '') && --depth === 0) return index;
  }
  return tokens.length - 1;
}

const replaced = ({ at, text }: Token, by: string, what: string): Edit => ({ at, end: at + text.length, by, what });

function operators(tokens: readonly Token[], index: number, source: string): Edit[] {
  const token = tokens[index] as Token;
  const [before, after] = [tokens[index - 1], tokens[index + 1]];
  const isSpaced = source[token.at - 1] === ' ' && /\s/.test(source[token.at + token.text.length] ?? '');
  const other = token.is === 'mark' && isSpaced ? swapped.get(token.text) : undefined;
  if (other !== undefined) return [replaced(token, other, `${token.text} becomes ${other}`)];
  if (
    token.text === '!' &&
    token.is === 'mark' &&
    (before?.is !== 'word' || before.text === 'return') &&
    !/^[)\]]$/.test(before?.text ?? '')
  )
    return [replaced(token, '', 'drop the negation')];
  const method = before?.text === '.' && after?.text === '(' ? methods.get(token.text) : undefined;
  return method === undefined ? [] : [replaced(token, method, `${token.text} becomes ${method}`)];
}

function conditions(tokens: readonly Token[], index: number, source: string): Edit[] {
  const [token, bracket] = [tokens[index] as Token, tokens[index + 1]];
  if (token.text !== 'if' || bracket?.text !== '(' || tokens[index - 1]?.text === '.') return [];
  const end = tokens[closing(tokens, index + 1)];
  if (!end) return [];
  const condition = source.slice(bracket.at + 1, end.at);
  return [{ at: bracket.at + 1, end: end.at, by: `!(${condition})`, what: 'negate the condition' }];
}

/** A statement that is only a call: `fsyncSync(fd);`, `await host.remove(path);`. */
function calls(tokens: readonly Token[], index: number, source: string): Edit[] {
  const first = tokens[index] as Token;
  if (first.is !== 'word' || !/^(?:|[;{})]|else|finally|try)$/.test(tokens[index - 1]?.text ?? '')) return [];
  let at = first.text === 'await' ? index + 1 : index;
  if (
    /^(?:return|throw|const|let|if|for|while|switch|case|export|function|async|type|new|yield)$/.test(
      tokens[at]?.text ?? '',
    )
  )
    return [];
  while (tokens[at]?.is === 'word' && /^(?:\.|\?\.)$/.test(tokens[at + 1]?.text ?? '')) at += 2;
  if (tokens[at]?.is !== 'word' || tokens[at + 1]?.text !== '(') return [];
  const end = tokens[closing(tokens, at + 1) + 1];
  if (end?.text !== ';') return [];
  const statement = source.slice(first.at, end.at);
  return [{ at: first.at, end: end.at, by: '', what: `drop the call ${statement.split('\n')[0]?.slice(0, 60)}` }];
}

function returns(tokens: readonly Token[], index: number): Edit[] {
  const [token, value] = [tokens[index] as Token, tokens[index + 1]];
  if (token.text !== 'return' || !value || value.text === ';' || /^(?:undefined|true|false)$/.test(value.text))
    return [];
  const end = tokens[endOf(tokens, index, ';')];
  if (end?.text !== ';') return [];
  // Not an empty list or text: it may be what is returned already.
  const by = value.text === '[' && tokens[index + 2]?.text !== ']' ? '[]' : 'undefined';
  return [{ at: value.at, end: end.at, by, what: `return ${by}` }];
}

function constants(tokens: readonly Token[], index: number): Edit[] {
  const [token, before] = [tokens[index] as Token, tokens[index - 1]?.text ?? ''];
  if (token.text === 'true' || token.text === 'false') {
    const other = token.text === 'true' ? 'false' : 'true';
    return /^(?:return|=|=>|\(|,|&&|\|\||\?)$/.test(before)
      ? [replaced(token, other, `${token.text} becomes ${other}`)]
      : [];
  }
  if (token.is !== 'number' || /^0[xob]/i.test(token.text) || token.text.endsWith('n')) return [];
  const value = Number(token.text.replaceAll('_', ''));
  return [replaced(token, String(value + 1), `${token.text} becomes ${value + 1}`)];
}
