import type { Facts } from '../facts/facts.ts';
import type { NetworkInterface } from '../metadata/datasource.ts';

/** What is read of a network configuration, and what of it is left out, as sentences. */
export interface NetworkRead {
  readonly interfaces: readonly NetworkInterface[];
  readonly leftOut: readonly string[];
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
