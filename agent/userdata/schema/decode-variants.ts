import { oneOf } from './decode-scalars.ts';
import { type Decode, decoder, expected, INVALID, type Invalid, isLeftOut } from './decoder.ts';
import type { Findings } from './shape.ts';
import { nowhere } from './source-node.ts';

/** An optional value: undefined if it is left out. */
export const optional = <T>(decode: Decode<T>): Decode<T | undefined> =>
  decoder<T | undefined>({ is: 'optional', of: decode.shape }, (written, at, findings) =>
    isLeftOut(written) ? undefined : decode(written, at, findings),
  );

/** An optional value: `fallback` if it is left out. */
export const withDefault = <T>(fallback: T, decode: Decode<T>): Decode<T> =>
  decoder<T>({ is: 'optional', of: decode.shape, fallback }, (written, at, findings) =>
    isLeftOut(written) ? fallback : decode(written, at, findings),
  );

/** Returns `fallback` for an invalid value, which is reported but does not invalidate what encloses it. */
export const orElse = <T>(fallback: T, decode: Decode<T>): Decode<T> =>
  decoder<T>(decode.shape, (written, at, findings) => {
    const value = decode(written, at, findings);
    return value === INVALID ? fallback : value;
  });

/** The value of the first decoder that accepts it. If none does, the second reports why, unless `what` describes both. */
export const either = <A, B>(first: Decode<A>, second: Decode<B>, what?: string): Decode<A | B> =>
  decoder<A | B>({ is: 'either', of: [first.shape, second.shape] }, (written, at, findings) => {
    const silent: Findings = { ...findings, error: () => {} };
    const value = first(written, at, silent);
    if (value !== INVALID) return value;
    if (what === undefined) return second(written, at, findings);
    const other = second(written, at, silent);
    return other === INVALID ? expected(what, written, at, findings) : other;
  });

/** This exact word, or else a value of `decode`. */
export const wordOr = <const W extends string, T>(word: W, decode: Decode<T>): Decode<W | T> =>
  either(oneOf(word), decode);

/** A decoded value, converted. `convert` may reject it: it reports the reason and returns `INVALID`. */
export const converted = <T, U>(
  decode: Decode<T>,
  convert: (
    value: T,
    tell: { error(message: string, hint?: string): void; warning(message: string, hint?: string): void },
  ) => U | Invalid,
): Decode<U> =>
  decoder(decode.shape, (written, at, findings) => {
    const value = decode(written, at, findings);
    if (value === INVALID) return INVALID;
    const place = written?.place ?? nowhere;
    return convert(value, {
      error: (message, hint) => findings.error(at, place, message, hint),
      warning: (message, hint) => findings.warning(at, place, message, hint),
    });
  });

/** The same value without findings, since another module already reports them. */
export const silent = <T>(decode: Decode<T>): Decode<T> =>
  decoder(decode.shape, (written, at, findings) =>
    decode(written, at, { ...findings, error: () => {}, warning: () => {} }),
  );

/** An old name of the key `to`, accepted with a warning. The decoder of `to` reads it; this one only registers the name. */
export const renamed = (to: string): Decode<undefined> =>
  decoder<undefined>({ is: 'renamed', to }, (written, at, findings) => {
    if (written) findings.warning(at, written.place, `"${lastOf(at)}" is an old name for "${to}"`);
    return undefined;
  });

const lastOf = (at: string): string => at.slice(at.lastIndexOf('.') + 1);
