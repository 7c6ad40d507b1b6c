import { asProblem } from '../base/problem.ts';
import type { FactName, Facts } from './facts.ts';

/** Reads facts one by one: if one fails, only that fact is unknown. */
export interface FactReader {
  /** Returns the result of `read`, or `otherwise` if it throws. */
  known<T>(fact: FactName, read: () => Promise<T>, otherwise: T): Promise<T>;
  /** Returns the unknown facts with their reasons; an empty object if all facts were read. */
  unknown(): Pick<Facts, 'unknown'>;
}

export function factReader(): FactReader {
  const unknown: { -readonly [fact in FactName]?: string } = {};
  return {
    async known(fact, read, otherwise) {
      try {
        return await read();
      } catch (error) {
        unknown[fact] ??= asProblem(error).message;
        return otherwise;
      }
    },
    unknown: () => (Object.keys(unknown).length > 0 ? { unknown } : {}),
  };
}

/** Runs `work` for every element, then throws the first error, if any. */
export async function forEach<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const one of all) await work(one).catch((error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
