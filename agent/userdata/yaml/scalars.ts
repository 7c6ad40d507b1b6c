// Format: YAML 1.1 types, https://yaml.org/type/
import type { Scalar } from '../schema/source-node.ts';

type Value = Scalar['value'];

const int =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const constants = new Map<string, boolean | null>([
  ...spellings(['yes', 'true', 'on'], true),
  ...spellings(['no', 'false', 'off'], false),
  ...spellings(['null'], null),
  ['~', null],
  ['', null],
]);

function spellings<T>(words: readonly string[], value: T): (readonly [string, T])[] {
  return words
    .flatMap((word) => [word, `${word[0]?.toUpperCase()}${word.slice(1)}`, word.toUpperCase()])
    .map((word) => [word, value]);
}

/** The maximum length of a number, in characters: no setting accepts a longer one, and parsing takes quadratic time. */
const longestNumber = 1_000;

/**
 * Returns the YAML 1.1 value of a plain scalar, exactly as PyYAML parses it: `on` is true, `0644` is 420, `1:30` is 90,
 * while `1e3`, `08` and `y` are text. Dates remain text, since no setting accepts one.
 */
export function plainValue(words: string): Value {
  const constant = constants.get(words);
  if (constant !== undefined) return constant;
  if (!/^[-+.0-9]/.test(words) || words.length > longestNumber) return words;
  if (int.test(words)) return integerOf(words) ?? words;
  return float.test(words) ? floatOf(words) : words;
}

/** Parses a whole number in any notation of YAML 1.1: 10, 0b11, 0x1f, 0644, 1:30. */
export function integerOf(words: string): number | bigint | undefined {
  if (words.length > longestNumber) return undefined;
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(words.replaceAll('_', '')) ?? [];
  const size = magnitude(digits);
  if (size === undefined) return undefined;
  const exact = sign === '-' ? -size : size;
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

function magnitude(digits: string): bigint | undefined {
  if (/^\d+(?::\d+)+$/.test(digits)) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^(?:\d+|0b[01]+|0x[0-9a-fA-F]+)$/.test(digits) ? BigInt(digits) : undefined;
}

/** Parses a number with a decimal point, `.inf` or `.nan`; returns NaN for other text. */
export function floatOf(words: string): number {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/.exec(words.replaceAll('_', '').toLowerCase()) ?? [];
  const size =
    digits === '.inf' ? Number.POSITIVE_INFINITY : digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return sign === '-' ? -size : size;
}
