import { type Given, orderOf } from './filters.ts';
import { templateError } from './lexer.ts';
import { isDict, isEqual, isMissing, itemsOf, numberOf, printed } from './values.ts';

/** The tests of Jinja: `x is defined`. */
const tests: ReadonlyMap<string, (value: unknown, given: Given) => boolean> = new Map<
  string,
  (value: unknown, given: Given) => boolean
>([
  ['boolean', (value) => typeof value === 'boolean'],
  ['defined', (value) => value !== undefined && !isMissing(value)],
  ['divisibleby', (value, { list }) => (numberOf(value) ?? 0) % (numberOf(list[0]) ?? 1) === 0],
  ['eq', (value, { list }) => isEqual(value, list[0])],
  ['equalto', (value, { list }) => isEqual(value, list[0])],
  ['even', (value) => (numberOf(value) ?? 1) % 2 === 0],
  ['false', (value) => value === false],
  ['ge', (value, { list, line }) => orderOf(value, list[0], line) >= 0],
  ['gt', (value, { list, line }) => orderOf(value, list[0], line) > 0],
  ['in', (value, { list, line }) => isIn(value, list[0], line)],
  ['integer', (value) => Number.isInteger(value)],
  ['iterable', (value) => typeof value === 'string' || Array.isArray(value) || isDict(value)],
  ['le', (value, { list, line }) => orderOf(value, list[0], line) <= 0],
  ['lower', (value) => printed(value) === printed(value).toLowerCase()],
  ['lt', (value, { list, line }) => orderOf(value, list[0], line) < 0],
  ['mapping', isDict],
  ['ne', (value, { list }) => !isEqual(value, list[0])],
  ['none', (value) => value === null],
  ['number', (value) => numberOf(value) !== undefined],
  ['odd', (value) => Math.abs((numberOf(value) ?? 0) % 2) === 1],
  ['sequence', (value) => typeof value === 'string' || Array.isArray(value) || isDict(value)],
  ['string', (value) => typeof value === 'string'],
  ['true', (value) => value === true],
  ['undefined', (value) => value === undefined || isMissing(value)],
  ['upper', (value) => printed(value) === printed(value).toUpperCase()],
]);

export function isSo(name: string, value: unknown, given: Given): boolean {
  const holds = tests.get(name);
  if (!holds) throw templateError(given.line, `the test "${name}" is not supported`);
  return holds(value, given);
}

export function isIn(value: unknown, of: unknown, line: number): boolean {
  if (typeof of === 'string') return of.includes(printed(value));
  return itemsOf(of, line).some((each) => isEqual(each, value));
}
