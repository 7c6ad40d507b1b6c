import type { Module } from '../module.ts';
import { type Finding, suggestion } from '../userdata/decode.ts';
import { agentKeys, cloudInitKeys, oldKeys } from '../userdata/keys.ts';
import type { Mapping } from '../userdata/written.ts';

/** Every key that somebody here reads. */
export const knownKeys = (modules: readonly Module[]): ReadonlySet<string> =>
  new Set([...agentKeys, ...modules.flatMap(({ reads }) => Object.keys(reads as object))]);

/** Top-level keys that nobody reads: a warning where cloud-init does something with them, an error where nobody would. */
export function unknownKeys({ entries }: Mapping, modules: readonly Module[]): readonly Finding[] {
  const known = knownKeys(modules);
  return [...entries].flatMap(([key, { key: place }]): readonly Finding[] => {
    if (known.has(key)) return [];
    if (cloudInitKeys.includes(key) || oldKeys.includes(key)) {
      return [{ level: 'warning', code: 'not-done', at: key, place, message: 'bootagent does nothing for this key' }];
    }
    const hint = suggestion(key, [...new Set([...known, ...cloudInitKeys])]);
    const finding = { level: 'error', code: 'unknown-key', at: key, place, message: 'no such key' } as const;
    return [hint === undefined ? finding : { ...finding, hint }];
  });
}
