import { digest } from '../base/digest.ts';
import type { SourceNode } from '../userdata/schema/source-node.ts';

/** The words of a value and nothing of its place: the same words are the same settings. */
export function canonicalText(written: SourceNode | undefined): unknown {
  if (!written) return undefined;
  if (written.is === 'scalar') return written.value === null ? null : written.raw;
  if (written.is === 'list') return written.items.map(canonicalText);
  return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, canonicalText(value)]));
}

/** A value as a short word. What says nothing, as most settings do, is its own word. */
export function hashOf(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return /[^[\],nul]/.test(text) ? digest(Buffer.from(text)) : text;
}
