import { mapOf } from '../../base/map-of.ts';
import { amongThese, nearest } from '../../base/nearest.ts';
import { hidden } from '../../base/shown-url.ts';
import { holdsSecret, withoutEcho } from './no-echo.ts';
import type { Findings, Shape } from './shape.ts';
import { type Mapping, nowhere, type SourceEntry, type SourceNode } from './source-node.ts';

/** The result for an invalid value. The reason is already reported; the enclosing decoder decides how much is left out. */
export const INVALID = Symbol('bad');
export type Invalid = typeof INVALID;

/** Converts a source node, or its absence, into a typed value. */
export interface Decode<T> {
  (written: SourceNode | undefined, at: string, findings: Findings): T | Invalid;
  /** The accepted values, for the reference page and the JSON Schema. */
  readonly shape: Shape;
}

export type Fields<T> = { readonly [K in keyof T]: Decode<T[K]> };

/** An item of a list, or an entry of a mapping, with its path: "users[3]". */
export interface Item<T> {
  readonly at: string;
  readonly value: T;
}

export function decoder<T>(
  shape: Shape,
  decode: (written: SourceNode | undefined, at: string, findings: Findings) => T | Invalid,
): Decode<T> {
  const isContainer = shape.is !== 'scalar' && shape.is !== 'optional';
  const guarded: typeof decode =
    isContainer && holdsSecret(shape)
      ? (written, at, findings) => decode(written, at, withoutEcho(written, shape, findings))
      : (written, at, findings) => decode(written, at, findings);
  return Object.assign(guarded, { shape });
}

/** Text exactly as written: `on` stays "on" and `0644` stays "0644". */
export const text: Decode<string> = decoder({ is: 'scalar', what: 'text' }, (written, at, findings) =>
  written?.is === 'scalar' && written.value !== null ? written.raw : expected('text', written, at, findings),
);

/** Text that must never be shown. */
export const secret: Decode<string> = decoder(
  { is: 'scalar', what: 'text (kept secret)', secret: true },
  (written, at, findings) => {
    if (written?.is === 'mapping' && written.entries.has('credential')) return credential(written, at, findings);
    if (written?.is !== 'scalar' || written.value === null) return expected('text', undefined, at, findings, written);
    findings.secret(written.raw);
    return written.raw;
  },
);

/** Reads `{credential: NAME}`: the value comes from the credentials that systemd passes to the machine. */
function credential(written: Mapping, at: string, findings: Findings): string | Invalid {
  const name = written.entries.get('credential')?.value;
  if (name?.is !== 'scalar' || written.entries.size > 1) {
    findings.error(at, written.place, 'expected {credential: NAME} and nothing beside it');
    return INVALID;
  }
  const shown = JSON.stringify(name.raw);
  if (!findings.credential) {
    findings.warning(at, name.place, `the credential ${shown} is read on the machine alone`, undefined, 'not-checked');
    return INVALID;
  }
  const value = findings.credential(name.raw);
  if (value === undefined) {
    const hint = 'see "systemd-creds list --system"; /etc/credstore is looked into, too';
    findings.error(at, name.place, `this machine has no credential ${shown}, or it cannot be decrypted`, hint);
    return INVALID;
  }
  findings.secret(value);
  return value;
}

/** A boolean in any spelling that cloud-config accepts, including 0 and 1. */
export const flag: Decode<boolean> = decoder({ is: 'scalar', what: 'true or false' }, (written, at, findings) => {
  if (written?.is !== 'scalar') return expected('true or false', written, at, findings);
  if (typeof written.value === 'boolean') return written.value;
  const word = written.raw.trim().toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  return expected('true or false', written, at, findings);
});

/** A whole number, within bounds. */
export const integer = (least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Decode<number> => {
  const what = least === 0 ? 'a whole number from 0' : 'a whole number';
  return decoder({ is: 'scalar', what }, (written, at, findings) => {
    const value = written?.is === 'scalar' && /^[-+]?\d+$/.test(written.raw) ? Number(written.raw) : Number.NaN;
    return value >= least && value <= most ? value : expected(what, written, at, findings);
  });
};

/** One of these words. */
export const oneOf = <const W extends string>(...words: readonly W[]): Decode<W> =>
  decoder({ is: 'scalar', what: words.join(' or '), words }, (written, at, findings) => {
    const word = written?.is === 'scalar' ? written.raw : undefined;
    return words.find((each) => each === word) ?? expected(words.join(' or '), written, at, findings);
  });

/** Text that matches a pattern; `what` describes the pattern in messages. */
export const matching = (pattern: RegExp, what: string): Decode<string> =>
  decoder({ is: 'scalar', what, pattern: pattern.source }, (written, at, findings) =>
    written?.is === 'scalar' && written.value !== null && pattern.test(written.raw)
      ? written.raw
      : expected(what, written, at, findings),
  );

const units = mapOf({ '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 });

/** A size in bytes, written 2147483648, 512M or 2G. */
export const size: Decode<number> = decoder(
  { is: 'scalar', what: 'a size such as 512M or 2G' },
  (written, at, findings) => {
    const words = written?.is === 'scalar' ? written.raw : '';
    const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)([KMGT]?)(?:i?B)?$/.exec(words) ?? [];
    const scale = units.get(unit);
    return count && scale
      ? Math.floor(Number(count) * scale)
      : expected('a size such as 512M or 2G', written, at, findings);
  },
);

const times = mapOf({ s: 1, m: 60, min: 60, h: 3600 });

/** A time in milliseconds, written 120, 120s, 2m or 1h. */
export const duration: Decode<number> = decoder(
  { is: 'scalar', what: 'a time such as 90s or 2m' },
  (written, at, findings) => {
    const words = written?.is === 'scalar' ? written.raw : '';
    const [, count = '', unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(words) ?? [];
    return count
      ? Number(count) * (times.get(unit) ?? 1) * 1000
      : expected('a time such as 90s or 2m', written, at, findings);
  },
);

/** A list that is invalid if any of its items is, such as the words of a command. */
export const list = <T>(item: Decode<T>): Decode<readonly T[]> =>
  decoder({ is: 'list', of: item.shape }, (written, at, findings) => {
    if (written?.is !== 'list') return expected('a list', written, at, findings);
    const values = written.items.map((each, index) => item(each, `${at}[${index}]`, findings));
    return values.includes(INVALID) ? INVALID : (values as readonly T[]);
  });

/** A list of independent items: an invalid one is reported and left out, the others are kept. */
export const items = <T>(item: Decode<T>): Decode<readonly Item<T>[]> =>
  decoder({ is: 'list', of: item.shape }, (written, at, findings) => {
    if (written?.is !== 'list') return expected('a list', written, at, findings);
    return written.items.flatMap((each, index) =>
      itemOf(item, each, `${at}[${index}]`, strayDash(written.items, index, findings)),
    );
  });

/** A mapping from names to independent values: an invalid one is reported and left out, the others are kept. */
export const entries = <T>(value: Decode<T>): Decode<readonly (Item<T> & { readonly name: string })[]> =>
  decoder({ is: 'map', of: value.shape }, (written, at, findings) => {
    if (written?.is !== 'mapping') return expected('a mapping', written, at, findings);
    return [...written.entries].flatMap(([name, entry]) =>
      itemOf(value, entry.value, `${at}.${name}`, findings).map((each) => ({ ...each, name })),
    );
  });

/** Like `entries`, with names that must match a pattern: an invalid one is reported at its key and left out. */
export const entriesNamed = <T>(
  name: RegExp,
  what: string,
  value: Decode<T>,
): Decode<readonly (Item<T> & { readonly name: string })[]> => {
  const decode = entries(value);
  return decoder(decode.shape, (written, at, findings) => {
    if (written?.is !== 'mapping') return decode(written, at, findings);
    const good = [...written.entries].filter(([each, { key }]) => {
      if (name.test(each)) return true;
      findings.error(at, key, `expected ${what}, got ${JSON.stringify(each)}`);
      return false;
    });
    return decode({ ...written, entries: new Map(good) }, at, findings);
  });
};

/** Adds a hint to errors about missing keys: adjacent items without a common key may be one, split by a stray dash. */
export function strayDash(list: readonly SourceNode[], index: number, findings: Findings): Findings {
  const [before, item] = [list[index - 1], list[index]];
  if (before?.is !== 'mapping' || item?.is !== 'mapping') return findings;
  const [first] = item.entries.keys();
  if (first === undefined || [...item.entries.keys()].some((key) => before.entries.has(key))) return findings;
  const stray = `remove the "-" before "${first}" if it belongs to the item before`;
  const isLacking = (message: string): boolean => /(?:got nothing|without a name)$/.test(message);
  return {
    ...findings,
    error: (at, place, message, hint, code) =>
      findings.error(at, place, message, hint ?? (isLacking(message) ? stray : undefined), code),
  };
}

function itemOf<T>(decode: Decode<T>, written: SourceNode, at: string, findings: Findings): Item<T>[] {
  const value = decode(written, at, findings);
  return value === INVALID ? [] : [{ at, value: value as T }];
}

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

/**
 * Settings that a misspelt key may mean and that the item must not be applied without: the mode of a file, its owner.
 * Each has a list of other words that users write for it.
 */
export type Guards<T> = Partial<Readonly<Record<Extract<keyof T, string>, readonly string[]>>>;

/**
 * A mapping with these settings and no others. An invalid setting invalidates the whole mapping; an unknown one is only
 * reported, unless it may be a misspelt guard: then the mapping is withheld.
 */
export const object = <T>(fields: Fields<T>, guards: Guards<NoInfer<T>> = {}): Decode<T> => {
  const shape: Shape = { is: 'object', fields: shapesOf(fields) };
  const mayHoldSecret = holdsSecret(shape);
  return decoder(shape, (written, at, findings) => {
    if (written?.is !== 'mapping') return expected('a mapping', written, at, findings);
    let withheld = false;
    for (const [key, { key: place }] of written.entries) {
      if (Object.hasOwn(fields, key)) continue;
      const guard = guardMeant(key, Object.keys(fields), guards);
      withheld ||= guard !== undefined;
      // A forgotten "- " turns "name:password" into a key.
      const shown = mayHoldSecret && /[:=\s]/.test(key) ? hidden : key;
      if (shown !== key) findings.secret(key);
      const message =
        guard === undefined ? 'no such setting' : `no such setting; the item is left out, as this may mean "${guard}"`;
      const hint = guard === undefined ? amongThese(shown, Object.keys(fields)) : `did you mean "${guard}"?`;
      findings.error(`${at}.${shown}`, place, message, hint, 'unknown-key');
    }
    // A missing setting has no location: it is reported at the mapping that lacks it.
    const here: Findings = {
      ...findings,
      error: (where, place, ...rest) => findings.error(where, place === nowhere ? written.place : place, ...rest),
    };
    const value = decodeFields(fields, written, `${at}.`, here);
    return withheld ? INVALID : value;
  });
};

/** Returns the guard that an unknown key may mean. */
function guardMeant(
  key: string,
  known: readonly string[],
  guards: Readonly<Record<string, readonly string[] | undefined>>,
): string | undefined {
  const word = key.trim().toLowerCase();
  const near = nearest(word, known) ?? '';
  return Object.keys(guards).find(
    (guard) => guard === near || guards[guard]?.includes(word) || (word.length > 3 && guard.startsWith(word)),
  );
}

/** A mapping whose settings all have defaults, which apply if the mapping is left out. */
export const section = <T>(fields: Fields<T>): Decode<T> =>
  decoder({ is: 'optional', of: { is: 'object', fields: shapesOf(fields) } }, (written, at, findings) =>
    object(fields)(
      !written || isLeftOut(written) ? { is: 'mapping', entries: new Map(), place: nowhere } : written,
      at,
      findings,
    ),
  );

/** Decodes these fields of a mapping and ignores its other keys. */
export function decodeFields<T>(fields: Fields<T>, written: Mapping, prefix: string, findings: Findings): T | Invalid {
  const decoders = Object.entries<Decode<unknown>>(fields as Fields<Record<string, unknown>>);
  const values = decoders.map(([key, decode]) => {
    const entry = written.entries.get(key) ?? renamedEntry(key, decoders, written);
    return [key, decode(entry?.value, `${prefix}${key}`, findings)] as const;
  });
  return values.some(([, value]) => value === INVALID) ? INVALID : (Object.fromEntries(values) as T);
}

function renamedEntry(
  key: string,
  decoders: readonly (readonly [string, Decode<unknown>])[],
  written: Mapping,
): SourceEntry | undefined {
  const old = decoders.find(([, { shape }]) => shape.is === 'renamed' && shape.to === key);
  return old && written.entries.get(old[0]);
}

function shapesOf<T>(fields: Fields<T>): Record<string, Shape> {
  return Object.fromEntries(
    Object.entries<Decode<unknown>>(fields as Fields<Record<string, unknown>>).map(([key, { shape }]) => [key, shape]),
  );
}

const isLeftOut = (written: SourceNode | undefined): boolean =>
  written === undefined || (written.is === 'scalar' && written.value === null);

function expected(
  what: string,
  written: SourceNode | undefined,
  at: string,
  findings: Findings,
  hidden?: SourceNode,
): Invalid {
  const got = written?.is === 'scalar' ? JSON.stringify(written.raw) : written ? `a ${written.is}` : 'nothing';
  const place = written?.place ?? hidden?.place ?? nowhere;
  findings.error(at, place, hidden ? `expected ${what}` : `expected ${what}, got ${got}`);
  return INVALID;
}

const lastOf = (at: string): string => at.slice(at.lastIndexOf('.') + 1);
