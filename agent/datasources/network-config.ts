import type { Facts } from '../facts/facts.ts';
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asObject } from '../metadata/tree.ts';
import { networkV1 } from './network-v1.ts';
import { networkV2 } from './network-v2.ts';

/** What is read of a network configuration, and what of it is left out, as sentences. */
export interface NetworkRead {
  readonly interfaces: readonly NetworkInterface[];
  readonly leftOut: readonly string[];
}

/** A `network-config` file in version 1 or 2, with or without the `network:` around it. */
export function readNetworkConfig(value: unknown, facts: Facts): NetworkRead {
  const outer = asObject(value) ?? {};
  const config = asObject(outer.network) ?? outer;
  if (config.config === 'disabled') return { interfaces: [], leftOut: [] };
  if (config.version === 1) return networkV1(config, facts);
  if (config.version === 2) return networkV2(config, facts);
  return { interfaces: [], leftOut: ['network-config has neither version 1 nor version 2'] };
}

/** An interface without anything set. */
export const bare = (mac: string, name?: string): NetworkInterface => ({
  mac,
  ...(name !== undefined && { name }),
  dhcp4: false,
  dhcp6: false,
  addresses: [],
  gateways: [],
  routes: [],
  dns: [],
  search: [],
});

/** The MAC of an interface that is named without one. */
export const macOf = (name: string, { network }: Facts): string | undefined =>
  network.interfaces.find((each) => each.name === name)?.mac.toLowerCase();

/** Whatever it is, as a list: one value is a list of one, and none is an empty list. */
export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null || value === '' ? [] : [value];

/** The words of a list, or of a text that holds several. */
export const asWords = (value: unknown): readonly string[] =>
  asList(value)
    .flatMap((each) => String(each).split(/[\s,]+/))
    .filter((word) => word !== '');

/** The MTU if it is one. */
export const asMtu = (value: unknown): number | undefined => {
  const mtu = Number(value ?? Number.NaN);
  return Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535 ? mtu : undefined;
};
