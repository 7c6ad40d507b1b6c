// Format: OpenNebula context, https://github.com/OpenNebula/one-apps/wiki/linux_feature
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asAddress, asMac, networkOf, withPrefix } from './addresses.ts';
import { asMtu, asWords, bare, type NetworkRead } from './network-fields.ts';

type Values = ReadonlyMap<string, string>;

/** Reads the `ETHn_*` values of a context: one interface for each number with a MAC address. */
export function readContextNetwork(context: Values): NetworkRead {
  const leftOut: string[] = [];
  const interfaces: NetworkInterface[] = [];
  for (const [key, value] of context) {
    const [, nic] = /^(ETH\d+)_MAC$/.exec(key) ?? [];
    const mac = asMac(value);
    if (nic === undefined || isSkipped(context, nic)) continue;
    if (mac === undefined) leftOut.push(`${key} is not a MAC address: ${nic} is left as it is`);
    else interfaces.push(interfaceOf(context, nic, mac));
  }
  return { interfaces, leftOut };
}

const isSkipped = (context: Values, nic: string): boolean =>
  context.get(`${nic}_METHOD`) === 'skip' ||
  ['EXTERNAL', 'DETACH'].some((word) => /^YES$/i.test(context.get(`${nic}_${word}`) ?? ''));

function interfaceOf(context: Values, nic: string, mac: string): NetworkInterface {
  const own = (name: string): string | undefined => context.get(`${nic}_${name}`);
  const method = own('METHOD');
  const dhcp4 = method === 'dhcp';
  const dhcp6 = ['dhcp', 'auto'].includes(own('IP6_METHOD') ?? '');
  const address = own('IP') ?? (method === undefined && own('IP6') === undefined ? addressFrom(mac) : undefined);
  const addresses = [
    ...(dhcp4 ? [] : [withPrefix(address, own('MASK') ?? '255.255.255.0')]),
    ...(dhcp6 ? [] : [own('IP6'), own('IP6_ULA')].map((each) => withPrefix(each, own('IP6_PREFIX_LENGTH') ?? 64))),
    ...aliases(context, nic),
  ];
  const mtu = asMtu(own('MTU'));
  return {
    ...bare(mac),
    dhcp4,
    dhcp6,
    addresses: addresses.flatMap((each) => each ?? []),
    gateways: [dhcp4 ? undefined : own('GATEWAY'), dhcp6 ? undefined : (own('IP6_GATEWAY') ?? own('GATEWAY6'))].flatMap(
      (each) => asAddress(each) ?? [],
    ),
    routes: routesIn(own('ROUTES')),
    dns: [...new Set([...asWords(own('DNS')), ...asWords(context.get('DNS'))])].flatMap(
      (each) => asAddress(each) ?? [],
    ),
    search: [...new Set([...asWords(own('SEARCH_DOMAIN')), ...asWords(context.get('SEARCH_DOMAIN'))])],
    ...(mtu !== undefined && { mtu }),
  };
}

/** Returns the IPv4 address that OpenNebula encodes in the last four bytes of a MAC: 02:00:ac:14:00:13 is 172.20.0.19. */
const addressFrom = (mac: string): string =>
  mac
    .split(':')
    .slice(2)
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');

function aliases(context: Values, nic: string): readonly (string | undefined)[] {
  const names = [...context.keys()].flatMap(
    (key) => new RegExp(`^(${nic}_ALIAS\\d+)_(?:IP|IP6)$`).exec(key)?.[1] ?? [],
  );
  return [...new Set(names)].flatMap((alias) => [
    withPrefix(context.get(`${alias}_IP`), context.get(`${alias}_MASK`) ?? '255.255.255.0'),
    withPrefix(context.get(`${alias}_IP6`), context.get(`${alias}_IP6_PREFIX_LENGTH`) ?? 64),
  ]);
}

/** Reads routes in the form "10.0.0.0/8 via 192.168.1.1, 172.16.0.0/12 via ..."; invalid entries are ignored. */
function routesIn(text: string | undefined): readonly { readonly to: string; readonly via: string }[] {
  return (text ?? '').split(',').flatMap((each) => {
    const [, network, gateway] = /^\s*(\S+)\s+via\s+(\S+)/.exec(each) ?? [];
    const [to, via] = [networkOf(network, undefined), asAddress(gateway)];
    return to !== undefined && via !== undefined ? [{ to, via }] : [];
  });
}
