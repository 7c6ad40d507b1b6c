import { holdsSecret, withoutEcho } from './no-echo.ts';
import type { Findings, Shape } from './shape.ts';
import { nowhere, type SourceNode } from './source-node.ts';

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

/** Whether a setting is missing or null. */
export const isLeftOut = (written: SourceNode | undefined): boolean =>
  written === undefined || (written.is === 'scalar' && written.value === null);

/** Reports a value of the wrong form: "expected a list, got a mapping". `hidden` is a secret value, which is not shown. */
export function expected(
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
