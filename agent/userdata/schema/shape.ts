import type { ProblemCode } from '../../base/problem.ts';
import type { Place } from './source-node.ts';

/**
 * Receives the findings of decoding. An error costs only the item that holds it, so errors are collected here and the
 * invalid item is left out; they are not thrown.
 */
export interface Findings {
  error(at: string, place: Place, message: string, hint?: string, code?: string): void;
  warning(at: string, place: Place, message: string, hint?: string, code?: string): void;
  /** Registers a value that must never be shown: it is replaced in every event, diff, message and log. */
  secret(value: string): void;
  /** Returns a credential of this machine, or undefined if there is none. Without this function, credentials are not read. */
  credential?(name: string): string | undefined;
}

/** One error or warning about a configuration. */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly code: ProblemCode | string;
  readonly at: string;
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
}

/** The values that a decoder accepts, as data: the source of docs/modules.md and the published JSON Schema. */
export type Shape =
  | {
      readonly is: 'scalar';
      readonly what: string;
      readonly words?: readonly string[];
      readonly pattern?: string;
      /** Its value is never shown. */
      readonly secret?: true;
      /** `{credential: NAME}` may take its place. */
      readonly credential?: true;
    }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'map'; readonly of: Shape }
  /** `open`: other keys are allowed, which are read elsewhere. */
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Shape>>; readonly open?: true }
  /** `says` describes all its forms in one phrase, for the reference page. */
  | { readonly is: 'either'; readonly of: readonly Shape[]; readonly says?: string }
  | { readonly is: 'optional'; readonly of: Shape; readonly fallback?: unknown }
  | { readonly is: 'renamed'; readonly to: string };
