// Format: network-config version 1, https://docs.cloud-init.io/en/latest/reference/network-config-format-v1.html
import type { Facts } from '../facts/facts.ts';
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asObject } from '../metadata/tree.ts';
import { asAddress, asMac, networkOf, withPrefix } from './addresses.ts';
import { asList, asMtu, asWords, bare, macOf, type NetworkRead } from './network-fields.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Reads version 1: a list of devices, each with its subnets, and name servers shared by all of them. */
export function networkV1(config: Settings, facts: Facts): NetworkRead {
  const leftOut: string[] = [];
  const interfaces: NetworkInterface[] = [];
  const shared = { dns: [] as string[], search: [] as string[] };
  for (const entry of asList(config.config).map((value) => asObject(value) ?? {})) {
    const name = String(entry.name ?? '');
    if (entry.type === 'nameserver') {
      shared.dns.push(...addressesIn(entry.address));
      shared.search.push(...asWords(entry.search));
    } else if (entry.type === 'physical') {
      const mac = asMac(entry.mac_address) ?? macOf(name, facts);
      if (mac === undefined) leftOut.push(`there is no interface ${name}`);
      else interfaces.push(interfaceOf(mac, name, entry));
    } else if (entry.type !== 'loopback') {
      leftOut.push(`${String(entry.type)} is not supported: ${name || 'it'} is left as it is`);
    }
  }
  return { interfaces: interfaces.map((each) => withServers(each, shared)), leftOut };
}

function interfaceOf(mac: string, name: string, entry: Settings): NetworkInterface {
  const subnets = asList(entry.subnets).map((value) => asObject(value) ?? {});
  const types = subnets.map(({ type }) => String(type));
  const mtu = asMtu(entry.mtu);
  return {
    ...bare(mac, name || undefined),
    dhcp4: types.some((type) => type === 'dhcp' || type === 'dhcp4'),
    dhcp6: types.some((type) => ['dhcp6', 'ipv6_dhcpv6-stateful', 'ipv6_slaac'].includes(type)),
    addresses: subnets.flatMap(({ address, netmask }) => withPrefix(address, netmask) ?? []),
    gateways: subnets.flatMap(({ gateway }) => asAddress(gateway) ?? []),
    routes: subnets.flatMap((subnet) => asList(subnet.routes)).flatMap(routeOf),
    dns: subnets.flatMap((subnet) => addressesIn(subnet.dns_nameservers)),
    search: subnets.flatMap((subnet) => asWords(subnet.dns_search)),
    ...(mtu !== undefined && { mtu }),
  };
}

function routeOf(value: unknown): readonly { readonly to: string; readonly via: string }[] {
  const route = asObject(value) ?? {};
  const to = networkOf(route.network ?? route.destination, route.netmask);
  const via = asAddress(route.gateway);
  return to !== undefined && via !== undefined ? [{ to, via }] : [];
}

const addressesIn = (value: unknown): readonly string[] => asWords(value).flatMap((each) => asAddress(each) ?? []);

/** Adds the shared name servers to an interface that has a static address to reach them from. */
const withServers = (each: NetworkInterface, shared: Pick<NetworkInterface, 'dns' | 'search'>): NetworkInterface =>
  each.addresses.length === 0
    ? each
    : { ...each, dns: [...each.dns, ...shared.dns], search: [...each.search, ...shared.search] };
