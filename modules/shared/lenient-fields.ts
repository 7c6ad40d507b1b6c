import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';

/** Decodes a key on its own: an invalid value is reported, and treated as if the key were absent. */
export const alone = <T>(decode: Decode<T>): Decode<T | undefined> =>
  decoder<T | undefined>(decode.shape, (written, at, findings) => {
    const value = decode(written, at, findings);
    return value === INVALID ? undefined : value;
  });

/** Decodes a key that another module also reads, and whose errors that module reports. */
export const others = <T>(decode: Decode<T>): Decode<T | undefined> =>
  decoder<T | undefined>(decode.shape, (written, at, findings) => {
    const value = decode(written, at, { ...findings, error: () => {}, warning: () => {} });
    return value === INVALID ? undefined : value;
  });

/** Applies `alone` to several keys; `eachOfOthers` applies `others`. */
export const eachAlone = <F extends Readonly<Record<string, Decode<unknown>>>>(fields: F) => each(fields, alone);
export const eachOfOthers = <F extends Readonly<Record<string, Decode<unknown>>>>(fields: F) => each(fields, others);

type Loose<F extends Readonly<Record<string, Decode<unknown>>>> = {
  readonly [K in keyof F]: F[K] extends Decode<infer T> ? Decode<T | undefined> : never;
};

function each<F extends Readonly<Record<string, Decode<unknown>>>>(
  fields: F,
  wrap: (decode: Decode<unknown>) => Decode<unknown>,
): Loose<F> {
  // Object.entries loses the type of each key; wrapping does not change the types.
  return Object.fromEntries(Object.entries(fields).map(([key, decode]) => [key, wrap(decode)])) as Loose<F>;
}
