import { digest } from '../base/digest.ts';
import type { SourceNode } from '../userdata/schema/source-node.ts';

/** Returns a value without its source location, scalars as raw text: equal text means equal settings. */
export function canonicalText(written: SourceNode | undefined): unknown {
  if (!written) return undefined;
  if (written.is === 'scalar') return written.value === null ? null : written.raw;
  if (written.is === 'list') return written.items.map(canonicalText);
  return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, canonicalText(value)]));
}

/** Returns a short hash of a value. A value that consists of nulls and empty lists, as most settings do, is its own hash. */
export function hashOf(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return /[^[\],nul]/.test(text) ? digest(Buffer.from(text)) : text;
}
