import type { NetworkInterface } from '../../agent/metadata/datasource.ts';

export const isIPv4 = (address: string): boolean => !address.includes(':');

/** Returns the addresses of one family. */
export const addressesOf = ({ addresses }: NetworkInterface, version: 4 | 6): readonly string[] =>
  addresses.filter((each) => isIPv4(each) === (version === 4));

/** Returns the routes of one family. */
export const routesOf = ({ routes }: NetworkInterface, version: 4 | 6): NetworkInterface['routes'] =>
  routes.filter(({ via }) => isIPv4(via) === (version === 4));

/** Returns the valid search domains: a name with other characters is invalid, and could inject a line into the file. */
export const searchable = ({ search }: NetworkInterface): readonly string[] =>
  search.filter((domain) => /^[A-Za-z0-9_.-]+$/.test(domain));
