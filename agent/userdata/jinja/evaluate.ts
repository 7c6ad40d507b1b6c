import { filtered, type Given, orderOf } from './filters.ts';
import { templateError } from './lexer.ts';
import { boundedText, most, shallow, stepsFor } from './size.ts';
import type { CallArgs, Expr } from './syntax.ts';
import { isIn, isSo } from './tests-of-values.ts';
import {
  isDict,
  isEqual,
  isMissing,
  isTrue,
  itemsOf,
  memberOf,
  missingOf,
  numberOf,
  printed,
  pythonFloat,
} from './values.ts';

/** What a template sees while it is rendered. */
export interface Scope {
  /** Returns the value of a name; undefined without one. */
  get(name: string): unknown;
  /** Without variables, each name and member is text: the template is judged, not used. */
  readonly isOpaque: boolean;
  /** Counts steps, and ends a template that takes too many. */
  step(line: number, steps?: number): void;
}

export function evaluate(expr: Expr, scope: Scope): unknown {
  switch (expr.is) {
    case 'value':
      return expr.value;
    case 'name': {
      scope.step(expr.line);
      const value = scope.get(expr.name);
      return value === undefined ? (scope.isOpaque ? expr.name : missingOf(expr.name)) : value;
    }
    case 'member':
      return member(expr, scope);
    case 'slice':
      return slice(expr, scope);
    case 'list':
      return shallow(
        expr.items.map((each) => evaluate(each, scope)),
        expr.line,
      );
    case 'dict':
      return shallow(
        Object.fromEntries(expr.entries.map(([key, value]) => [printed(evaluate(key, scope)), evaluate(value, scope)])),
        expr.line,
      );
    case 'unary': {
      const value = evaluate(expr.of, scope);
      if (expr.sign === 'not') return !isTrue(value);
      const number = wantNumber(value, expr.line);
      return expr.sign === '-' ? -number : number;
    }
    case 'binary':
      return binary(expr, scope);
    case 'choice':
      if (isTrue(evaluate(expr.test, scope))) return evaluate(expr.yes, scope);
      return expr.no ? evaluate(expr.no, scope) : undefined;
    case 'filter': {
      const of = evaluate(expr.of, scope);
      scope.step(expr.line, stepsFor(of));
      return filtered(expr.name, of, given(expr.args, scope, expr.line));
    }
    case 'test': {
      const of = evaluate(expr.of, scope);
      scope.step(expr.line, stepsFor(of));
      return isSo(expr.name, of, given(expr.args, scope, expr.line));
    }
    case 'call':
      return call(expr, scope);
  }
}

type Of<K extends Expr['is']> = Extract<Expr, { is: K }>;

const given = ({ list, named }: CallArgs, scope: Scope, line: number): Given => ({
  list: list.map((each) => evaluate(each, scope)),
  named: new Map([...named].map(([name, each]) => [name, evaluate(each, scope)])),
  line,
});

function member(expr: Of<'member'>, scope: Scope): unknown {
  const of = evaluate(expr.of, scope);
  const key = evaluate(expr.key, scope);
  if (typeof of === 'string') scope.step(expr.line, stepsFor(of));
  if (scope.isOpaque && typeof of === 'string') return `${of}-${printed(key)}`;
  const value = memberOf(of, key, expr.line);
  return value === undefined ? missingOf(printed(key), `${pathOf(expr.of)}.${printed(key)}`) : value;
}

const pathOf = (expr: Expr): string =>
  expr.is === 'name'
    ? expr.name
    : expr.is === 'member'
      ? `${pathOf(expr.of)}.${expr.key.is === 'value' ? printed(expr.key.value) : '?'}`
      : '?';

function slice({ of, from, to, line }: Of<'slice'>, scope: Scope): unknown {
  const value = evaluate(of, scope);
  scope.step(line, stepsFor(value));
  const [start, end] = [from, to].map((each) => (each ? numberOf(evaluate(each, scope)) : undefined));
  if (Array.isArray(value)) return value.slice(start, end);
  return [...printed(value)].slice(start, end).join('');
}

function wantNumber(value: unknown, line: number): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  throw templateError(line, isMissing(value) ? `"${value.path}" has no value` : `${printed(value)} is not a number`);
}

function binary({ sign, left, right, line }: Of<'binary'>, scope: Scope): unknown {
  const a = evaluate(left, scope);
  if (sign === 'or') return isTrue(a) ? a : evaluate(right, scope);
  if (sign === 'and') return isTrue(a) ? evaluate(right, scope) : a;
  const b = evaluate(right, scope);
  scope.step(line, stepsFor(a, b));
  if (sign === '==') return isEqual(a, b) || (isMissing(a) && isMissing(b));
  if (sign === '!=') return !isEqual(a, b);
  if (sign === 'in' || sign === 'not in') return isIn(a, b, line) === (sign === 'in');
  if (sign === '~') return boundedText(printed(a) + printed(b), line);
  if ('<>'.includes(sign[0] ?? '')) return compares(sign, orderOf(a, b, line));
  if (sign === '+' && typeof a === 'string' && typeof b === 'string') return boundedText(a + b, line);
  if (sign === '+' && Array.isArray(a) && Array.isArray(b)) return short([...a, ...b], line);
  if (sign === '*' && typeof a === 'string') return repeated(a, wantNumber(b, line), line);
  return arithmetic(sign, wantNumber(a, line), wantNumber(b, line), line);
}

const compares = (sign: string, order: number): boolean =>
  sign === '<' ? order < 0 : sign === '<=' ? order <= 0 : sign === '>' ? order > 0 : order >= 0;

function short<T>(list: readonly T[], line: number): readonly T[] {
  if (list.length <= most.items) return list;
  throw templateError(line, `a list has more than ${most.items} items`);
}

function repeated(text: string, times: number, line: number): string {
  if (text.length * times > most.text)
    throw templateError(line, `the template makes more than ${most.text} characters`);
  return text.repeat(Math.max(0, times));
}

function arithmetic(sign: string, a: number, b: number, line: number): unknown {
  if (b === 0 && ['/', '//', '%'].includes(sign)) throw templateError(line, 'division by zero');
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return pythonFloat(a / b);
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - b * Math.floor(a / b);
    default:
      return a ** b;
  }
}

type Method = (of: unknown, given: Given) => unknown;
const textMethod =
  (work: (text: string, given: Given) => unknown): Method =>
  (of, args) => {
    if (typeof of !== 'string') throw templateError(args.line, `${printed(of)} is not text`);
    return work(of, args);
  };

const word = ({ list }: Given, index = 0): string => printed(list[index]);

/** The methods of Python that templates call. A Map, so that no name reaches the runtime. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['endswith', textMethod((text, args) => text.endsWith(word(args)))],
  ['get', (of, args) => (isDict(of) ? (memberOf(of, args.list[0], args.line) ?? args.list[1] ?? null) : null)],
  ['items', (of) => (isDict(of) ? Object.entries(of) : [])],
  ['join', textMethod((text, { list, ...args }) => filtered('join', list[0], { ...args, list: [text] }))],
  ['keys', (of) => (isDict(of) ? Object.keys(of) : [])],
  ['lower', textMethod((text) => text.toLowerCase())],
  ['replace', textMethod((text, args) => filtered('replace', text, args))],
  [
    'split',
    textMethod((text, args) =>
      args.list.length === 0 ? text.trim().split(/\s+/) : short(text.split(word(args)), args.line),
    ),
  ],
  ['startswith', textMethod((text, args) => text.startsWith(word(args)))],
  ['strip', textMethod((text, args) => filtered('trim', text, args))],
  ['title', textMethod((text, args) => filtered('title', text, args))],
  ['upper', textMethod((text) => text.toUpperCase())],
  ['values', (of) => (isDict(of) ? Object.values(of) : [])],
]);

function call(expr: Of<'call'>, scope: Scope): unknown {
  const value = result(expr, scope);
  scope.step(expr.line, stepsFor(value));
  return value;
}

function result({ of, args, line }: Of<'call'>, scope: Scope): unknown {
  if (of.is === 'name' && of.name === 'range' && scope.get('range') === undefined)
    return range(given(args, scope, line));
  if (of.is === 'name' && of.name === 'dict') return shallow(Object.fromEntries(given(args, scope, line).named), line);
  const method = of.is === 'member' && of.key.is === 'value' ? methods.get(String(of.key.value)) : undefined;
  if (of.is !== 'member' || !method) throw templateError(line, `"${pathOf(of)}" cannot be called`);
  const value = evaluate(of.of, scope);
  scope.step(line, stepsFor(value));
  return method(value, given(args, scope, line));
}

function range({ list, line }: Given): readonly number[] {
  const numbers = list.map((each) => wantNumber(each, line));
  const [from, to, by] =
    numbers.length > 1 ? [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1] : [0, numbers[0] ?? 0, 1];
  const length = by === 0 ? 0 : Math.max(0, Math.ceil((to - from) / by));
  if (length > most.items) throw templateError(line, `a range has more than ${most.items} items`);
  return Array.from({ length }, (_, index) => from + index * by);
}

/** The items of a loop. A name without a value is one item where the template is only judged. */
export const loopItems = (value: unknown, scope: Scope, line: number): readonly unknown[] =>
  scope.isOpaque && typeof value === 'string' ? [value] : short(itemsOf(value, line), line);
