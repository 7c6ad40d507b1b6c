import type { Facts } from '../facts/facts.ts';
import { asObject } from '../metadata/tree.ts';
import type { NetworkRead } from './network-fields.ts';
import { networkV1 } from './network-v1.ts';
import { networkV2 } from './network-v2.ts';

/** Reads a `network-config` file in version 1 or 2, with or without a top-level `network:` key. */
export function readNetworkConfig(value: unknown, facts: Facts): NetworkRead {
  const outer = asObject(value) ?? {};
  const config = asObject(outer.network) ?? outer;
  if (config.config === 'disabled') return { interfaces: [], leftOut: [] };
  if (config.version === 1) return networkV1(config, facts);
  if (config.version === 2) return networkV2(config, facts);
  return { interfaces: [], leftOut: ['network-config has neither version 1 nor version 2'] };
}
