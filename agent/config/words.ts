import { sha256 } from '../sha256.ts';
import type { Written } from '../userdata/written.ts';

/** The words of a value and nothing of its place: the same words are the same settings. */
export function wordsOf(written: Written | undefined): unknown {
  if (!written) return undefined;
  if (written.is === 'scalar') return written.value === null ? null : written.words;
  if (written.is === 'list') return written.items.map(wordsOf);
  return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, wordsOf(value)]));
}

export const hashOf = (value: unknown): string => sha256(Buffer.from(JSON.stringify(value) ?? '')).slice(0, 32);
