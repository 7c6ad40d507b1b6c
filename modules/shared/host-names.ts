import type { Context } from '../../agent/engine/module.ts';
import {
  converted,
  type Decode,
  decoder,
  flag,
  INVALID,
  integer,
  list,
  matching,
  object,
  oneOf,
  optional,
  withDefault,
} from '../../agent/userdata/schema/decode.ts';

/** Maximum length of a host name in the kernel. */
const longest = 64;
const label = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const isName = (name: string): boolean => name.length <= 253 && name.split('.').every((each) => label.test(each));

/** A host name, with or without its domain. */
export const hostName: Decode<string> = matching(
  new RegExp(`^(?=.{1,253}$)${label.source.slice(1, -1)}(?:\\.${label.source.slice(1, -1)})*$`),
  'a host name (letters, digits and -, in parts of at most 63, divided by dots)',
);

const placeholder = /%(0?\d*)([dx])/g;

const pattern: Decode<string> = converted(
  matching(/^[A-Za-z0-9.-]*(?:%0?\d?[dx][A-Za-z0-9.-]*)+$/, 'a pattern such as wn-%03d-%03d'),
  (words, { error }) => {
    const count = [...words.matchAll(placeholder)].length;
    if (count <= 4) return words;
    error(`expected at most four numbers in the pattern, got ${count}`);
    return INVALID;
  },
);

const fields = object({
  pattern: withDefault('wn-%03d-%03d', pattern),
  /** Octets of the address to use, counted from 1; by default the last ones, as many as the pattern has placeholders. */
  octets: optional(list(integer(1, 4))),
  domain: optional(hostName),
  interface: optional(matching(/^[^\s/]{1,15}$/, 'the name of a network interface')),
  every: withDefault('boot', oneOf('boot', 'instance')),
});

export type FromIp = typeof fields extends Decode<infer T> ? T : never;

/** `hostname_from_ip: true` takes all defaults. */
const fromIp: Decode<FromIp | undefined> = decoder(fields.shape, (written, at, findings) => {
  if (written?.is !== 'scalar') return fields(written, at, findings);
  const wanted = flag(written, at, findings);
  if (wanted === INVALID) return INVALID;
  return wanted ? fields({ is: 'mapping', entries: new Map(), place: written.place }, at, findings) : undefined;
});

/** The settings that determine the host name. */
export const nameReads = {
  hostname: optional(hostName),
  fqdn: optional(hostName),
  preserve_hostname: withDefault(false, flag),
  prefer_fqdn_over_hostname: optional(flag),
  hostname_from_ip: optional(fromIp),
};

export type NameSettings = {
  readonly [K in keyof typeof nameReads]: (typeof nameReads)[K] extends Decode<infer T> ? T | undefined : never;
};

/** The names of a machine: the kernel's host name, and the names in /etc/hosts. */
export interface Names {
  readonly name: string;
  readonly fqdn: string;
  readonly short: string;
}

/** The names, undefined if none is given, or the reason why there is no valid one. */
export type Naming = Names | undefined | { readonly none: string };

/** Returns the configured names; the metadata supplies the name or the domain that the settings leave out. */
export function givenNames(settings: NameSettings, { facts, instance }: Context): Naming {
  const { hostname, fqdn: given } = settings;
  const cloud = cloudName(instance.hostname);
  if (cloud !== undefined && hostname === undefined && given === undefined && !isName(cloud)) {
    return { none: `the metadata's name ${JSON.stringify(cloud.slice(0, 80))} can be the name of no host` };
  }
  const domain = cloud !== undefined && isName(cloud) ? domainOf(cloud) : '';
  const whole = given ?? (hostname === undefined ? cloud : hostname.includes('.') ? hostname : hostname + domain);
  if (whole === undefined || whole.split('.')[0] === 'localhost') return undefined;
  const short = given !== undefined && hostname !== undefined ? hostname : whole;
  const prefersFqdn = settings.prefer_fqdn_over_hostname ?? facts.os.family === 'redhat';
  return namesOf(whole, firstLabel(short), prefersFqdn);
}

/** Returns the metadata's host name without the trailing dot of EC2 and similar clouds; an address becomes ip-A-B-C-D. */
function cloudName(told: string | undefined): string | undefined {
  const name = told?.trim().replace(/\.$/, '');
  if (name === undefined || name === '') return undefined;
  return isIpv4(name) ? `ip-${name.replaceAll('.', '-')}` : name;
}

/** Returns the names that are derived from the address: 10.161.7.25 becomes wn-007-025. */
export function namesFromIp(
  settings: FromIp,
  { facts }: Context,
): (Names & { readonly address: string }) | { readonly none: string } {
  const { network } = facts;
  const name = settings.interface ?? network.interface;
  const own = network.interfaces.find((each) => each.name === name)?.addresses.find(isIpv4);
  const address =
    own ?? (settings.interface === undefined && isIpv4(network.address ?? '') ? network.address : undefined);
  if (address === undefined) {
    return { none: name === undefined ? 'there is no default route yet' : `${name} has no IPv4 address` };
  }
  const places = [...settings.pattern.matchAll(placeholder)].length;
  const chosen = settings.octets ?? [1, 2, 3, 4].slice(-places);
  if (chosen.length !== places) {
    return { none: `the pattern ${settings.pattern} has ${places} places for ${chosen.length} octets` };
  }
  const numbers = address.split('.').map(Number);
  let at = 0;
  const short = settings.pattern.replace(placeholder, (_, width: string, base: string) => {
    const digits = (numbers[(chosen[at++] ?? 1) - 1] ?? 0).toString(base === 'x' ? 16 : 10);
    return width.startsWith('0') ? digits.padStart(Number(width), '0') : digits;
  });
  const fqdn = settings.domain === undefined ? short : `${short}.${settings.domain}`;
  if (!isName(fqdn)) return { none: `${fqdn} can be the name of no host` };
  return { ...namesOf(fqdn, firstLabel(fqdn), true), address };
}

const namesOf = (fqdn: string, short: string, prefersFqdn: boolean): Names => ({
  name: prefersFqdn && fqdn.length <= longest ? fqdn : short,
  fqdn,
  short,
});

const firstLabel = (name: string): string => name.split('.')[0] ?? name;
const domainOf = (name: string): string => name.slice(firstLabel(name).length);
export const isIpv4 = (text: string): boolean =>
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every((each) => Number(each) < 256);
