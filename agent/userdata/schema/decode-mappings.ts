import { amongThese, nearest } from '../../base/nearest.ts';
import { hidden } from '../../base/shown-url.ts';
import { type Decode, decoder, expected, type Fields, INVALID, type Invalid, isLeftOut } from './decoder.ts';
import { holdsSecret } from './no-echo.ts';
import type { Findings, Shape } from './shape.ts';
import { type Mapping, nowhere, type SourceEntry } from './source-node.ts';

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
