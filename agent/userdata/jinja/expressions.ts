import { type Cursor, here, nameAt, skip, want, wrong } from './cursor.ts';
import { templateError } from './lexer.ts';
import type { CallArgs, Expr } from './syntax.ts';

/** The deepest nesting of an expression, so that a template cannot exhaust the stack. */
const deepest = 100;

const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** The binary operators from the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [['or'], ['and']];
const sums = ['+', '-'];
const products = ['*', '/', '//', '%'];
const comparisons = ['==', '!=', '<', '<=', '>', '>=', 'in'];

/** An expression; a comma makes it a list, as in `{% for a in 1, 2 %}`. */
export function tupleAt(c: Cursor): Expr {
  const { line } = here(c);
  const first = expressionAt(c);
  if (!skip(c, ',')) return first;
  const items = [first];
  while (here(c).is !== 'end') {
    items.push(expressionAt(c));
    if (!skip(c, ',')) break;
  }
  return { is: 'list', items, line };
}

export function expressionAt(c: Cursor, withChoice = true): Expr {
  if (++c.depth > deepest) throw templateError(here(c).line, 'the expression is nested too deeply');
  let value = level(c, 0);
  while (withChoice && skip(c, 'if')) {
    const test = level(c, 0);
    const no = skip(c, 'else') ? expressionAt(c) : undefined;
    value = { is: 'choice', test, yes: value, no };
  }
  c.depth--;
  return value;
}

function level(c: Cursor, index: number): Expr {
  const signs = levels[index];
  if (!signs) return negation(c);
  return chain(c, signs, () => level(c, index + 1));
}

function chain(c: Cursor, signs: readonly string[], next: () => Expr): Expr {
  let left = next();
  for (let { text, line } = here(c); skip(c, ...signs); { text, line } = here(c))
    left = { is: 'binary', sign: text, left, right: next(), line };
  return left;
}

function negation(c: Cursor): Expr {
  const { line } = here(c);
  if (!skip(c, 'not')) return comparison(c);
  if (++c.depth > deepest) throw templateError(line, 'the expression is nested too deeply');
  const of = negation(c);
  c.depth--;
  return { is: 'unary', sign: 'not', of, line };
}

function comparison(c: Cursor): Expr {
  const sum = () => chain(c, sums, () => chain(c, ['~'], () => chain(c, products, () => power(c))));
  const first = sum();
  let all: Expr | undefined;
  for (let left = first; ; ) {
    const { text, line } = here(c);
    const isNot = text === 'not' && c.tokens[c.at + 1]?.text === 'in';
    if (isNot) c.at += 2;
    else if (!skip(c, ...comparisons)) return all ?? first;
    const right = sum();
    const one: Expr = { is: 'binary', sign: isNot ? 'not in' : text, left, right, line };
    all = all ? { is: 'binary', sign: 'and', left: all, right: one, line } : one;
    left = right;
  }
}

function power(c: Cursor): Expr {
  let left = unary(c);
  for (let { line } = here(c); skip(c, '**'); { line } = here(c))
    left = { is: 'binary', sign: '**', left, right: unary(c), line };
  return left;
}

/** A sign binds tighter than a filter: `-3 | abs` is 3. */
function unary(c: Cursor): Expr {
  return filtered(c, signed(c));
}

function signed(c: Cursor): Expr {
  const { text, line } = here(c);
  if (!skip(c, '-', '+')) return postfix(c, primary(c));
  if (++c.depth > deepest) throw templateError(line, 'the expression is nested too deeply');
  const of = signed(c);
  c.depth--;
  return { is: 'unary', sign: text === '-' ? '-' : '+', of, line };
}

function filtered(c: Cursor, first: Expr): Expr {
  let value = first;
  for (;;) {
    const { line } = here(c);
    if (skip(c, '|')) {
      const name = nameAt(c);
      const args = skip(c, '(') ? argsAt(c) : none;
      value = { is: 'filter', name, of: value, args, line };
    } else if (skip(c, 'is')) {
      const isNot = skip(c, 'not');
      const name = nameAt(c);
      const args = skip(c, '(') ? argsAt(c) : bareArgument(c);
      const test: Expr = { is: 'test', name, of: value, args, line };
      value = isNot ? { is: 'unary', sign: 'not', of: test, line } : test;
    } else return value;
  }
}

/** The argument of a test may come without parentheses: `x is divisibleby 3`. */
function bareArgument(c: Cursor): CallArgs {
  const { is, text } = here(c);
  const words = ['else', 'or', 'and', 'if', 'is', 'in', 'not'];
  if (is === 'text' || is === 'number' || (is === 'name' && !words.includes(text)))
    return { list: [postfix(c, primary(c))], named: new Map() };
  return none;
}

function argsAt(c: Cursor): CallArgs {
  const list: Expr[] = [];
  const named = new Map<string, Expr>();
  while (!skip(c, ')')) {
    const next = c.tokens[c.at + 1];
    if (here(c).is === 'name' && next?.text === '=' && next.is === 'sign') {
      const name = nameAt(c);
      want(c, '=');
      named.set(name, expressionAt(c));
    } else list.push(expressionAt(c));
    if (here(c).text !== ')') want(c, ',');
  }
  return { list, named };
}

function postfix(c: Cursor, first: Expr): Expr {
  let value = first;
  for (;;) {
    const { line } = here(c);
    if (skip(c, '.')) value = { is: 'member', of: value, key: { is: 'value', value: memberName(c) }, line };
    else if (skip(c, '(')) value = { is: 'call', of: value, args: argsAt(c), line };
    else if (skip(c, '[')) value = subscript(c, value, line);
    else return value;
  }
}

function memberName(c: Cursor): string | number {
  const { is, text } = here(c);
  if (is !== 'number') return nameAt(c);
  c.at++;
  return Number(text);
}

function subscript(c: Cursor, of: Expr, line: number): Expr {
  const from = here(c).text === ':' ? undefined : expressionAt(c);
  if (!skip(c, ':')) {
    want(c, ']');
    return { is: 'member', of, key: from ?? { is: 'value', value: null }, line };
  }
  const to = here(c).text === ']' ? undefined : expressionAt(c);
  want(c, ']');
  return { is: 'slice', of, from, to, line };
}

function primary(c: Cursor): Expr {
  const { is, text, line } = here(c);
  if (skip(c, '(')) return group(c);
  if (skip(c, '[')) return { is: 'list', items: itemsUntil(c, ']'), line };
  if (skip(c, '{')) return dictAt(c);
  c.at++;
  if (is === 'number') return { is: 'value', value: Number(text) };
  if (is === 'text') {
    let whole = text;
    for (; here(c).is === 'text'; c.at++) whole += here(c).text;
    return { is: 'value', value: whole };
  }
  if (is === 'name')
    return constants.has(text) ? { is: 'value', value: constants.get(text) } : { is: 'name', name: text, line };
  c.at--;
  throw wrong(c, 'a value');
}

function group(c: Cursor): Expr {
  const { line } = here(c);
  const first = expressionAt(c);
  if (skip(c, ')')) return first;
  want(c, ',');
  return { is: 'list', items: [first, ...itemsUntil(c, ')')], line };
}

function itemsUntil(c: Cursor, close: string): Expr[] {
  const items: Expr[] = [];
  while (!skip(c, close)) {
    items.push(expressionAt(c));
    if (here(c).text !== close) want(c, ',');
  }
  return items;
}

function dictAt(c: Cursor): Expr {
  const { line } = here(c);
  const entries: (readonly [Expr, Expr])[] = [];
  while (!skip(c, '}')) {
    const key = expressionAt(c);
    want(c, ':');
    entries.push([key, expressionAt(c)]);
    if (here(c).text !== '}') want(c, ',');
  }
  return { is: 'dict', entries, line };
}

const none: CallArgs = { list: [], named: new Map() };
