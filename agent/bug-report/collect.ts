import { asProblem } from '../base/problem.ts';
import type { Scrubber } from './scrub.ts';
import type { ArchiveFile } from './tar.ts';

/** A file of the report, and how it is made. */
export interface ReportPart {
  readonly name: string;
  /** Returns text, or data that becomes JSON; undefined if there is nothing. Both are scrubbed afterwards. */
  make(): Promise<unknown>;
}

/** A part that is not in the report, and why. */
export interface MissingPart {
  readonly name: string;
  readonly why: string;
}

/** The time that one part may take: a file system or a service may hang. */
const mostMs = 30_000;

/** Makes the parts one after the other. A part that fails costs only itself, and the report names it. */
export async function collectParts(
  parts: readonly ReportPart[],
  scrub: Scrubber,
  limitMs = mostMs,
): Promise<{ readonly files: readonly ArchiveFile[]; readonly missing: readonly MissingPart[] }> {
  const files: ArchiveFile[] = [];
  const missing: MissingPart[] = [];
  for (const { name, make } of parts) {
    try {
      const made = await withLimit(make(), limitMs);
      if (made === undefined) missing.push({ name, why: 'does not exist' });
      else files.push({ name, content: new TextEncoder().encode(textOf(made, scrub)) });
    } catch (error) {
      missing.push({ name, why: scrub.text(asProblem(error).message) });
    }
  }
  return { files, missing };
}

const textOf = (made: unknown, scrub: Scrubber): string =>
  typeof made === 'string' ? scrub.text(made) : `${JSON.stringify(scrub.value(made), undefined, 2)}\n`;

async function withLimit<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
