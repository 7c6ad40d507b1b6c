import { suggestion } from '../base/nearest.ts';
import type { Module } from '../engine/module.ts';
import { agentKeys, cloudInitKeys, oldKeys } from '../userdata/cloud-init-keys.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';

/** Every key that somebody here reads. */
export const knownKeys = (modules: readonly Module[]): ReadonlySet<string> =>
  new Set([...agentKeys, ...modules.flatMap(({ reads }) => Object.keys(reads as object))]);

/** How many are told one by one: more of them is no configuration. */
const most = 100;

/** Top-level keys that nobody reads: a warning where cloud-init does something with them, an error where nobody would. */
export function unknownKeys({ entries }: Mapping, modules: readonly Module[]): readonly Finding[] {
  const known = knownKeys(modules);
  const names = [...new Set([...known, ...cloudInitKeys])];
  const unknown = [...entries].filter(([key]) => !known.has(key));
  const told = unknown.slice(0, most).map(([key, { key: place }]): Finding => {
    if (cloudInitKeys.includes(key) || oldKeys.includes(key)) {
      return { level: 'warning', code: 'unsupported', at: key, place, message: 'bootagent does nothing for this key' };
    }
    const hint = suggestion(key, names);
    const finding = { level: 'error', code: 'unknown-key', at: key, place, message: 'no such key' } as const;
    return hint === undefined ? finding : { ...finding, hint };
  });
  const next = unknown[most]?.[1].key;
  if (!next) return told;
  const message = `${unknown.length - most} more keys that nobody reads`;
  return [...told, { level: 'error', code: 'unknown-key', at: '', place: next, message }];
}
