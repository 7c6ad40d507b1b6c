import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';

/** A mistake under one key costs that key alone: it is told, and the rest goes on as if it had been left out. */
export const alone = <T>(decode: Decode<T>): Decode<T | undefined> =>
  decoder<T | undefined>(decode.shape, (written, at, findings) => {
    const value = decode(written, at, findings);
    return value === INVALID ? undefined : value;
  });

/** A key that another module reads too, and whose mistakes that one tells. */
export const others = <T>(decode: Decode<T>): Decode<T | undefined> =>
  decoder<T | undefined>(decode.shape, (written, at, findings) => {
    const value = decode(written, at, { ...findings, error: () => {}, warning: () => {} });
    return value === INVALID ? undefined : value;
  });

/** The same of several keys. */
export const eachAlone = <F extends Readonly<Record<string, Decode<unknown>>>>(fields: F) => each(fields, alone);
export const eachOfOthers = <F extends Readonly<Record<string, Decode<unknown>>>>(fields: F) => each(fields, others);

type Loose<F extends Readonly<Record<string, Decode<unknown>>>> = {
  readonly [K in keyof F]: F[K] extends Decode<infer T> ? Decode<T | undefined> : never;
};

function each<F extends Readonly<Record<string, Decode<unknown>>>>(
  fields: F,
  wrap: (decode: Decode<unknown>) => Decode<unknown>,
): Loose<F> {
  // Object.entries forgets which key goes with which type; wrapping changes none of them.
  return Object.fromEntries(Object.entries(fields).map(([key, decode]) => [key, wrap(decode)])) as Loose<F>;
}
