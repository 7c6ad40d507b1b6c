import { templateError } from './lexer.ts';
import { isObject, notTooLarge } from './size.ts';

/** A variable without a value: its name as the template writes it. */
export interface Missing {
  readonly missing: string;
  /** The whole expression: "v1.region". */
  readonly path: string;
}
const missings = new WeakSet<object>();

export function missingOf(name: string, path = name): Missing {
  const value = { missing: name, path };
  missings.add(value);
  return value;
}

export const isMissing = (value: unknown): value is Missing => isObject(value) && missings.has(value);

/** A number that Python prints with a decimal point: the result of a division. */
interface Float {
  readonly float: number;
}
const floats = new WeakSet<object>();

export function pythonFloat(float: number): number | Float {
  if (!Number.isInteger(float)) return float;
  const value = { float };
  floats.add(value);
  return value;
}

const isFloat = (value: unknown): value is Float => isObject(value) && floats.has(value);

/** Returns the number of a number or a boolean; undefined for other values. */
export function numberOf(value: unknown): number | undefined {
  if (isFloat(value)) return value.float;
  return typeof value === 'number' || typeof value === 'boolean' ? Number(value) : undefined;
}

/** Returns the entries of a mapping: its own keys only, so that no template reaches a prototype. */
export const isDict = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && !Array.isArray(value) && !isMissing(value) && !isFloat(value);

/** Returns a member by its key or index. A key with hyphens also matches its name with underscores. */
export function memberOf(of: unknown, key: unknown, line: number): unknown {
  if (isMissing(of)) throw templateError(line, `"${of.path}" has no value, so it has no member "${key}"`);
  if (typeof key === 'number' && (Array.isArray(of) || typeof of === 'string')) {
    const list = typeof of === 'string' ? [...of] : of;
    return list[key < 0 ? list.length + key : key];
  }
  if (!isDict(of)) return undefined;
  const name = String(key);
  if (Object.hasOwn(of, name)) return of[name];
  return Object.entries(of).find(([each]) => each.replaceAll('-', '_') === name)?.[1];
}

export function isTrue(value: unknown): boolean {
  if (value === undefined || value === null || isMissing(value)) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (isFloat(value)) return value.float !== 0;
  return isDict(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Returns the value as Python prints it, which is what templates expect. */
export function printed(value: unknown): string {
  notTooLarge(value);
  if (value === undefined) return '';
  if (value === null) return 'None';
  if (isMissing(value)) return `CI_MISSING_JINJA_VAR/${value.missing}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(represented).join(', ')}]`;
  if (isDict(value)) {
    const entries = Object.entries(value).map(([key, each]) => `${represented(key)}: ${represented(each)}`);
    return `{${entries.join(', ')}}`;
  }
  return isFloat(value) ? value.float.toFixed(1) : String(value);
}

function represented(value: unknown): string {
  if (typeof value !== 'string') return printed(value);
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const text = value.replace(/[\\\n\r\t]/g, (char) => `\\${{ '\n': 'n', '\r': 'r', '\t': 't' }[char] ?? '\\'}`);
  return `${quote}${quote === "'" ? text.replaceAll("'", "\\'") : text}${quote}`;
}

/** The items of a loop: of a list, the characters of a text, or the keys of a mapping. */
export function itemsOf(value: unknown, line: number): readonly unknown[] {
  if (value === undefined || isMissing(value)) return [];
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (isDict(value)) return Object.keys(value);
  throw templateError(line, `${printed(value)} is not a list`);
}

export const isEqual = (a: unknown, b: unknown): boolean => {
  const [left, right] = [numberOf(a) ?? a, numberOf(b) ?? b];
  return isObject(left) && isObject(right) ? printed(left) === printed(right) : left === right;
};
