import { suggestion } from '../base/nearest.ts';
import type { Module } from '../engine/module.ts';
import { agentKeys, cloudInitKeys, oldKeys } from '../userdata/cloud-init-keys.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';

/** Returns every key that bootagent reads. */
export const knownKeys = (modules: readonly Module[]): ReadonlySet<string> =>
  new Set([...agentKeys, ...modules.flatMap(({ reads }) => Object.keys(reads as object))]);

/** The maximum number of keys reported one by one: a file with more is not a configuration. */
const most = 100;

/** Reports top-level keys that bootagent does not read: a warning if cloud-init reads the key, otherwise an error. */
export function unknownKeys({ entries }: Mapping, modules: readonly Module[]): readonly Finding[] {
  const known = knownKeys(modules);
  const names = [...new Set([...known, ...cloudInitKeys])];
  const unknown = [...entries].filter(([key]) => !known.has(key));
  const told = unknown.slice(0, most).map(([key, { key: place }]): Finding => {
    if (cloudInitKeys.includes(key) || oldKeys.includes(key)) {
      return { level: 'warning', code: 'unsupported', at: key, place, message: 'not supported by bootagent; ignored' };
    }
    const hint = suggestion(key, names);
    const finding = { level: 'error', code: 'unknown-key', at: key, place, message: 'no such key' } as const;
    return hint === undefined ? finding : { ...finding, hint };
  });
  const next = unknown[most]?.[1].key;
  if (!next) return told;
  const message = `${unknown.length - most} more unknown keys`;
  return [...told, { level: 'error', code: 'unknown-key', at: '', place: next, message }];
}
