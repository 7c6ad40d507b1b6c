import type { Facts } from '../facts/facts.ts';
import type { Instance, NetworkInterface } from '../metadata/datasource.ts';

/** A network configuration as far as it is supported; `leftOut` has a sentence for each part that is not. */
export interface NetworkRead {
  readonly interfaces: readonly NetworkInterface[];
  readonly leftOut: readonly string[];
}

/** Returns the parts of an instance for its network; none where everything is DHCP. */
export const networkParts = ({
  interfaces,
  leftOut,
}: NetworkRead): Partial<Pick<Instance, 'network' | 'networkLeftOut'>> => ({
  ...(interfaces.length > 0 && { network: interfaces }),
  ...(leftOut.length > 0 && { networkLeftOut: leftOut }),
});

/** Returns an interface with nothing configured. */
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

/** Returns the MAC address of the interface with this name on the machine. */
export const macOf = (name: string, { network }: Facts): string | undefined =>
  network.interfaces.find((each) => each.name === name)?.mac.toLowerCase();

/** Returns a value as a list: a single value becomes a list of one; undefined, null and '' become an empty list. */
export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null || value === '' ? [] : [value];

/** Returns the words of a list or of a text, split at white space and commas. */
export const asWords = (value: unknown): readonly string[] =>
  asList(value)
    .flatMap((each) => String(each).split(/[\s,]+/))
    .filter((word) => word !== '');

/** Returns the value as `read` understands it; a value that it does not is reported and left out. */
export function validOnly<T>(
  value: unknown,
  at: string,
  read: (value: unknown) => T | undefined,
  leftOut: string[],
): readonly T[] {
  if (value === undefined || value === null || value === '') return [];
  const found = read(value);
  if (found === undefined) leftOut.push(`${at}: ${JSON.stringify(value)} is not valid, and is left out`);
  return found === undefined ? [] : [found];
}

/** Returns the MTU in bytes; undefined if it is invalid. */
export const asMtu = (value: unknown): number | undefined => {
  const mtu = Number(value ?? Number.NaN);
  return Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535 ? mtu : undefined;
};
