import { asProblem } from '../base/problem.ts';
import type { FactName, Facts } from './facts.ts';

/** Reads facts one by one: a reader that fails costs its own fact, which is then unknown. */
export interface FactReader {
  /** What `read` returns, or `otherwise` where it throws. */
  known<T>(fact: FactName, read: () => Promise<T>, otherwise: T): Promise<T>;
  /** Which facts are unknown, and why; nothing where all could be read. */
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

/** Does `work` for each, and throws the first error when all are done. */
export async function forEach<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const one of all) await work(one).catch((error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
