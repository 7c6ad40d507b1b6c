import { templateError } from './lexer.ts';
import { boundedText, most, notTooLarge } from './size.ts';
import { isDict, isMissing, isTrue, itemsOf, memberOf, missingOf, numberOf, printed, pythonFloat } from './values.ts';

/** The arguments of a filter or a test. */
export interface Given {
  readonly list: readonly unknown[];
  readonly named: ReadonlyMap<string, unknown>;
  readonly line: number;
}

type Filter = (value: unknown, given: Given) => unknown;

const argument = ({ list, named }: Given, index: number, name: string): unknown => list[index] ?? named.get(name);

const textArgument = (given: Given, index: number, name: string, fallback: string): string => {
  const value = argument(given, index, name);
  return value === undefined || value === null ? fallback : printed(value);
};

const numberArgument = (given: Given, index: number, name: string, fallback: number): number =>
  numberOf(argument(given, index, name)) ?? fallback;

const titled = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

/** The order of two values as Python has it: numbers by value, text by code points, without case unless asked. */
function compare(a: unknown, b: unknown, isExact: boolean, line: number): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof a !== 'string' || typeof b !== 'string')
    throw templateError(line, `${printed(a)} and ${printed(b)} have no order`);
  const [one, other] = isExact ? [a, b] : [a.toLowerCase(), b.toLowerCase()];
  return one < other ? -1 : Number(one > other);
}

export const orderOf = (a: unknown, b: unknown, line: number): number => compare(a, b, true, line);

function sort(value: unknown, given: Given): unknown {
  const isExact = isTrue(argument(given, 1, 'case_sensitive'));
  const attribute = argument(given, 2, 'attribute');
  const key = (each: unknown) => (attribute === undefined ? each : attributeOf(each, attribute, given.line));
  const sorted = itemsOf(value, given.line).toSorted((a, b) => compare(key(a), key(b), isExact, given.line));
  return isTrue(argument(given, 0, 'reverse')) ? sorted.toReversed() : sorted;
}

const attributeOf = (value: unknown, path: unknown, line: number): unknown =>
  String(path)
    .split('.')
    .reduce<unknown>((of, key) => memberOf(of, /^\d+$/.test(key) ? Number(key) : key, line), value);

function defaulted(value: unknown, given: Given): unknown {
  const isForFalse = isTrue(argument(given, 1, 'boolean'));
  const lacks = value === undefined || isMissing(value) || (isForFalse && !isTrue(value));
  return lacks ? (argument(given, 0, 'default_value') ?? '') : value;
}

function replaced(value: unknown, given: Given): string {
  const [from, to] = [textArgument(given, 0, 'old', ''), textArgument(given, 1, 'new', '')];
  const parts = from === '' ? [...printed(value)] : printed(value).split(from);
  if (parts.length * to.length > most.text) return boundedText('x'.repeat(most.text + 1), given.line);
  const count = numberArgument(given, 2, 'count', parts.length);
  return boundedText(
    parts.slice(0, count + 1).join(to) +
      parts
        .slice(count + 1)
        .map((each) => from + each)
        .join(''),
    given.line,
  );
}

function joined(value: unknown, given: Given): string {
  const attribute = argument(given, 1, 'attribute');
  const items = itemsOf(value, given.line);
  const separator = textArgument(given, 0, 'd', '');
  if (items.length * separator.length > most.text) return boundedText('x'.repeat(most.text + 1), given.line);
  let text = '';
  for (const [index, each] of items.entries())
    text = boundedText(
      `${text}${index > 0 ? separator : ''}${printed(attribute === undefined ? each : attributeOf(each, attribute, given.line))}`,
      given.line,
    );
  return text;
}

function indented(value: unknown, given: Given): string {
  const width = argument(given, 0, 'width') ?? 4;
  const space = typeof width === 'string' ? width : ' '.repeat(Math.min(numberOf(width) ?? 4, 1000));
  const lines = printed(value).split('\n');
  if (lines.length * space.length > most.text) return boundedText('x'.repeat(most.text + 1), given.line);
  const [first, blank] = [isTrue(argument(given, 1, 'first')), isTrue(argument(given, 2, 'blank'))];
  return lines.map((line, index) => ((index > 0 || first) && (line !== '' || blank) ? space + line : line)).join('\n');
}

/** Python rounds a half to the even neighbour. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(value);
}

const ways = new Map([
  ['floor', Math.floor],
  ['ceil', Math.ceil],
]);

function rounded(value: unknown, given: Given): unknown {
  const power = 10 ** numberArgument(given, 0, 'precision', 0);
  const way = ways.get(textArgument(given, 1, 'method', 'common')) ?? halfToEven;
  return pythonFloat(way((numberOf(value) ?? 0) * power) / power);
}

function whole(value: unknown, given: Given): number {
  const number = numberOf(value);
  if (number !== undefined) return Math.trunc(number);
  const base = numberArgument(given, 1, 'base', 10);
  const text = typeof value === 'string' ? value.trim() : '';
  if (base === 10 && /^[-+]?\d+(?:\.\d+)?$/.test(text)) return Math.trunc(Number(text));
  const read = Number.parseInt(text, base);
  return base === 10 || Number.isNaN(read) ? numberArgument(given, 0, 'default', 0) : read;
}

/** Text of JSON as Python writes it, with spaces, and safe in HTML as the filter of Jinja makes it. */
function json(value: unknown): string {
  notTooLarge(value);
  if (Array.isArray(value)) return `[${value.map(json).join(', ')}]`;
  if (isDict(value))
    return `{${Object.keys(value)
      .toSorted()
      .map((key) => `${json(key)}: ${json(value[key])}`)
      .join(', ')}}`;
  const text = JSON.stringify(isMissing(value) ? '' : (value ?? null));
  return text.replace(/[<>&'\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function unique(value: unknown, { line }: Given): unknown {
  const seen = new Set<string>();
  return itemsOf(value, line).filter((each) => {
    const key = `${typeof each} ${printed(each).toLowerCase()}`;
    return !seen.has(key) && seen.add(key);
  });
}

function total(value: unknown, given: Given): number {
  const attribute = argument(given, 0, 'attribute');
  return itemsOf(value, given.line).reduce<number>(
    (sum, each) => sum + (numberOf(attribute === undefined ? each : attributeOf(each, attribute, given.line)) ?? 0),
    0,
  );
}

const extreme =
  (sign: 1 | -1): Filter =>
  (value, { line }) =>
    itemsOf(value, line).reduce((a, b) => (sign * compare(b, a, false, line) > 0 ? b : a));

function trimmed(value: unknown, given: Given): string {
  const chars = new Set(textArgument(given, 0, 'chars', ' \t\n\r\v\f'));
  const text = [...printed(value)];
  const from = text.findIndex((each) => !chars.has(each));
  return from === -1 ? '' : text.slice(from, text.findLastIndex((each) => !chars.has(each)) + 1).join('');
}

function mapped(value: unknown, given: Given): unknown {
  const items = itemsOf(value, given.line);
  const attribute = given.named.get('attribute');
  if (attribute !== undefined)
    return items.map(
      (each) => attributeOf(each, attribute, given.line) ?? given.named.get('default') ?? missingOf(String(attribute)),
    );
  const [name, ...list] = given.list;
  return items.map((each) => filtered(String(name), each, { ...given, list }));
}

const html: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

const escaped: Filter = (value) => printed(value).replace(/[&<>'"]/g, (char) => html[char] ?? char);

/** The filters of Jinja that configuration needs. A Map, so that no name reaches a prototype. */
const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['abs', (value) => Math.abs(numberOf(value) ?? 0)],
  ['b64encode', (value) => Buffer.from(printed(value)).toString('base64')],
  ['b64decode', (value) => Buffer.from(printed(value), 'base64').toString()],
  ['capitalize', (value) => titled(printed(value))],
  ['count', (value, { line }) => itemsOf(value, line).length],
  ['d', defaulted],
  ['default', defaulted],
  [
    'dictsort',
    (value) =>
      isDict(value) ? Object.entries(value).toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)) : [],
  ],
  ['e', escaped],
  ['escape', escaped],
  ['first', (value, { line }) => itemsOf(value, line)[0] ?? missingOf('first')],
  ['float', (value) => numberOf(value) ?? (Number.parseFloat(printed(value)) || 0)],
  ['indent', indented],
  ['int', whole],
  ['items', (value) => (isDict(value) ? Object.entries(value) : [])],
  ['join', joined],
  ['last', (value, { line }) => itemsOf(value, line).at(-1) ?? missingOf('last')],
  ['length', (value, { line }) => itemsOf(value, line).length],
  ['list', (value, { line }) => itemsOf(value, line)],
  ['lower', (value) => printed(value).toLowerCase()],
  ['map', mapped],
  ['max', extreme(1)],
  ['min', extreme(-1)],
  ['replace', replaced],
  [
    'reverse',
    (value, { line }) =>
      typeof value === 'string' ? [...value].reverse().join('') : itemsOf(value, line).toReversed(),
  ],
  ['round', rounded],
  ['safe', (value) => value],
  ['sort', sort],
  ['string', (value) => printed(value)],
  ['sum', total],
  ['title', (value) => printed(value).replace(/[^\s\-([{<]+/g, titled)],
  ['tojson', json],
  ['trim', trimmed],
  ['unique', unique],
  ['upper', (value) => printed(value).toUpperCase()],
  ['wordcount', (value) => (printed(value).match(/\w+/g) ?? []).length],
]);

export function filtered(name: string, value: unknown, given: Given): unknown {
  const filter = filters.get(name);
  if (!filter) throw templateError(given.line, `the filter "${name}" is not supported`);
  return filter(value, given);
}
