// Format: network-config version 1, https://docs.cloud-init.io/en/latest/reference/network-config-format-v1.html
import type { Facts } from '../facts/facts.ts';
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asObject } from '../metadata/tree.ts';
import { asAddress, asMac, networkOf, withPrefix } from './addresses.ts';
import { asList, asMtu, asWords, bare, macOf, type NetworkRead, validOnly } from './network-fields.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Reads version 1: a list of devices, each with its subnets, and name servers shared by all of them. */
export function networkV1(config: Settings, facts: Facts): NetworkRead {
  const leftOut: string[] = [];
  const interfaces: NetworkInterface[] = [];
  const shared = { dns: [] as string[], search: [] as string[] };
  for (const entry of asList(config.config).map((value) => asObject(value) ?? {})) {
    const name = String(entry.name ?? '');
    if (entry.type === 'nameserver') {
      shared.dns.push(...addressesIn(entry.address, 'nameserver.address', leftOut));
      shared.search.push(...asWords(entry.search));
    } else if (entry.type === 'physical') {
      const mac = asMac(entry.mac_address) ?? macOf(name, facts);
      if (mac === undefined)
        leftOut.push(
          name === '' ? 'an interface has neither a name nor a MAC address' : `there is no interface ${name}`,
        );
      else interfaces.push(interfaceOf(mac, name, entry, leftOut));
    } else if (entry.type !== 'loopback') {
      leftOut.push(`${String(entry.type)} is not supported: ${name || 'it'} is left as it is`);
    }
  }
  return { interfaces: interfaces.map((each) => withServers(each, shared)), leftOut };
}

function interfaceOf(mac: string, name: string, entry: Settings, leftOut: string[]): NetworkInterface {
  const subnets = asList(entry.subnets).map((value) => asObject(value) ?? {});
  const types = subnets.map(({ type }) => String(type));
  const only = <T>(value: unknown, key: string, read: (value: unknown) => T | undefined): readonly T[] =>
    validOnly(value, `${name}.${key}`, read, leftOut);
  const [mtu] = only(entry.mtu, 'mtu', asMtu);
  return {
    ...bare(mac, name || undefined),
    dhcp4: types.some((type) => type === 'dhcp' || type === 'dhcp4'),
    dhcp6: types.some((type) => ['dhcp6', 'ipv6_dhcpv6-stateful', 'ipv6_slaac'].includes(type)),
    addresses: subnets.flatMap(({ address, netmask }) =>
      only(address, 'subnets.address', (each) => withPrefix(each, netmask)),
    ),
    gateways: subnets.flatMap(({ gateway }) => only(gateway, 'subnets.gateway', asAddress)),
    routes: subnets
      .flatMap((subnet) => asList(subnet.routes))
      .flatMap((value) => {
        const route = asObject(value) ?? {};
        const read = (each: unknown) => networkOf(each, route.netmask);
        const to = only(route.network ?? route.destination, 'subnets.routes.network', read);
        const via = only(route.gateway, 'subnets.routes.gateway', asAddress);
        return to.flatMap((to) => via.map((via) => ({ to, via })));
      }),
    dns: subnets.flatMap((subnet) => addressesIn(subnet.dns_nameservers, `${name}.subnets.dns_nameservers`, leftOut)),
    search: subnets.flatMap((subnet) => asWords(subnet.dns_search)),
    ...(mtu !== undefined && { mtu }),
  };
}

const addressesIn = (value: unknown, at: string, leftOut: string[]): readonly string[] =>
  asWords(value).flatMap((each) => validOnly(each, at, asAddress, leftOut));

/** Adds the shared name servers to an interface that has a static address to reach them from. */
const withServers = (each: NetworkInterface, shared: Pick<NetworkInterface, 'dns' | 'search'>): NetworkInterface =>
  each.addresses.length === 0
    ? each
    : { ...each, dns: [...each.dns, ...shared.dns], search: [...each.search, ...shared.search] };
