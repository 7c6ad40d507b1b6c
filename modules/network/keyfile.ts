import type { NetworkInterface } from '../../agent/metadata/datasource.ts';
import { addressesOf, isIPv4, routesOf, searchable } from './address-families.ts';

/** Returns the NetworkManager profile of an interface. */
export function keyfile(one: NetworkInterface): string {
  return sections([
    [
      '',
      ['# Made by bootagent from the metadata of this instance. A file of your own for this interface is left alone.'],
    ],
    [
      'connection',
      // Takes precedence over the profiles for any interface that images contain.
      [`id=bootagent ${one.mac}`, 'type=ethernet', 'autoconnect-priority=100'],
    ],
    ['ethernet', [`mac-address=${one.mac.toUpperCase()}`, ...(one.mtu === undefined ? [] : [`mtu=${one.mtu}`])]],
    ['ipv4', family(one, 4)],
    ['ipv6', family(one, 6)],
  ]);
}

function family(one: NetworkInterface, version: 4 | 6): readonly string[] {
  const addresses = addressesOf(one, version);
  const byDhcp = version === 4 ? one.dhcp4 : one.dhcp6 || addresses.length === 0;
  if (addresses.length === 0 && !byDhcp) return ['method=disabled'];
  const [gateway] = one.gateways.filter((each) => isIPv4(each) === (version === 4));
  const dns = one.dns.filter((each) => isIPv4(each) === (version === 4));
  const search = searchable(one);
  return [
    `method=${byDhcp ? 'auto' : 'manual'}`,
    ...addresses.map((address, index) => `address${index + 1}=${address}`),
    ...(gateway === undefined ? [] : [`gateway=${gateway}`]),
    ...(dns.length === 0 ? [] : [`dns=${dns.join(';')};`]),
    ...(search.length === 0 || addresses.length === 0 ? [] : [`dns-search=${search.join(';')};`]),
    ...routesOf(one, version).map(({ to, via }, index) => `route${index + 1}=${to},${via}`),
  ];
}

const sections = (all: readonly (readonly [string, readonly string[]])[]): string =>
  `${all.map(([name, lines]) => [...(name === '' ? [] : [`[${name}]`]), ...lines].join('\n')).join('\n\n')}\n`;
