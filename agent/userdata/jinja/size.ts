import { templateError } from './lexer.ts';

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The most items, characters of a text, names, and steps that a template may have. */
export const most = { items: 10_000, text: 2 ** 20, names: 1000, steps: 200_000 } as const;

/** The deepest nesting of lists and mappings. */
const deepest = 50;

interface Size {
  /** About the number of characters when printed. A list that occurs twice in another counts twice. */
  readonly characters: number;
  readonly depth: number;
}

/** Lists and mappings are never changed, so each is measured once. */
const sizes = new WeakMap<object, Size>();

function sizeOf(value: unknown): Size {
  if (typeof value === 'string') return { characters: value.length + 4, depth: 0 };
  if (!isObject(value)) return { characters: 8, depth: 0 };
  const known = sizes.get(value);
  if (known) return known;
  let [characters, depth] = [2, 0];
  for (const [key, each] of Object.entries(value)) {
    const size = sizeOf(each);
    characters += size.characters + (Array.isArray(value) ? 0 : key.length + 6);
    depth = Math.max(depth, size.depth);
  }
  const size = { characters, depth: depth + 1 };
  sizes.set(value, size);
  return size;
}

/** Returns a new list or mapping, unless it is nested too deeply. */
export function shallow<T extends object>(value: T, line: number): T {
  if (sizeOf(value).depth <= deepest) return value;
  throw templateError(line, 'lists are nested too deeply');
}

/** Refuses to print a value that is larger than a text may be: a list of itself doubles with each level. */
export function notTooLarge<T>(value: T): T {
  if (!isObject(value) || sizeOf(value).characters <= most.text) return value;
  throw templateError(undefined, `the template makes more than ${most.text} characters`);
}

/** Returns how many steps an operation on these values counts as: one, and one more for each 1024 characters. */
export const stepsFor = (...values: readonly unknown[]): number =>
  values.reduce<number>((sum, each) => sum + Math.floor(sizeOf(each).characters / 1024), 1);

/** Refuses a text that is larger than a template may make. */
export function boundedText(text: string, line: number): string {
  if (text.length <= most.text) return text;
  throw templateError(line, `the template makes more than ${most.text} characters`);
}
