import type { ProblemCode } from '../../base/problem.ts';
import type { Place } from './source-node.ts';

/**
 * What decoding has to say besides the value. An error costs the item it stands in and no more, so
 * errors are collected here and the bad item is left out, rather than thrown.
 */
export interface Findings {
  error(at: string, place: Place, message: string, hint?: string, code?: string): void;
  warning(at: string, place: Place, message: string, hint?: string, code?: string): void;
  /** A value that must never be shown: it is replaced in every event, diff, message and log. */
  secret(value: string): void;
  /** The value of a credential of this machine, or undefined where there is none. Left out: credentials are not read here. */
  credential?(name: string): string | undefined;
}

/** One thing found in what somebody wrote. */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly code: ProblemCode | string;
  readonly at: string;
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
}

/** What a decoder takes, as data: docs/modules.md and the published JSON Schema are made from it. */
export type Shape =
  | {
      readonly is: 'scalar';
      readonly what: string;
      readonly words?: readonly string[];
      readonly pattern?: string;
      /** Its value is never shown. */
      readonly secret?: true;
    }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'map'; readonly of: Shape }
  /** `open`: it may have other keys too, which belong to others. */
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Shape>>; readonly open?: true }
  /** `says` describes all its forms in one phrase, for the reference page. */
  | { readonly is: 'either'; readonly of: readonly Shape[]; readonly says?: string }
  | { readonly is: 'optional'; readonly of: Shape; readonly fallback?: unknown }
  | { readonly is: 'renamed'; readonly to: string };
