// Format: OpenStack network_data.json, https://docs.openstack.org/nova/latest/user/metadata.html
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asObject } from '../metadata/tree.ts';
import { asAddress, asMac, networkOf, withPrefix } from './addresses.ts';
import { asList, asMtu, bare, type NetworkRead } from './network-fields.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Reads OpenStack's `network_data.json`: links, the networks on them, and services shared by all of them. */
export function readNetworkData(data: Settings): NetworkRead {
  const listOf = (key: string): readonly Settings[] => asList(data[key]).map((value) => asObject(value) ?? {});
  const networks = listOf('networks');
  const leftOut: string[] = [];
  const interfaces = listOf('links').flatMap((link) => {
    const [id, type] = [String(link.id), String(link.type)];
    if (type === 'bond' || type === 'vlan') {
      leftOut.push(`${type} is not supported: ${id} is left as it is`);
      return [];
    }
    const mac = asMac(link.ethernet_mac_address);
    if (mac === undefined) {
      leftOut.push(`link ${id} has no MAC`);
      return [];
    }
    return [
      interfaceOf(
        mac,
        link,
        networks.filter((network) => network.link === link.id),
        serversIn(listOf('services')),
      ),
    ];
  });
  return { interfaces, leftOut };
}

function interfaceOf(
  mac: string,
  link: Settings,
  networks: readonly Settings[],
  shared: readonly string[],
): NetworkInterface {
  const mtu = asMtu(link.mtu);
  const routes = networks
    .flatMap((network) => asList(network.routes))
    .flatMap((value) => {
      const route = asObject(value) ?? {};
      const [to, via] = [networkOf(route.network, route.netmask), asAddress(route.gateway)];
      return to !== undefined && via !== undefined ? [{ to, via }] : [];
    });
  const addresses = networks
    .filter(({ type }) => type === 'ipv4' || type === 'ipv6')
    .flatMap(({ ip_address, netmask }) => withPrefix(ip_address, netmask) ?? []);
  const direct = networks.flatMap(({ gateway }) => asAddress(gateway) ?? []);
  const dns = networks.flatMap((network) => serversIn(asList(network.services).map((value) => asObject(value) ?? {})));
  return {
    ...bare(mac),
    dhcp4: networks.some(({ type }) => type === 'ipv4_dhcp'),
    dhcp6: networks.some(({ type }) =>
      ['ipv6_dhcp', 'ipv6_slaac', 'ipv6_dhcpv6-stateful', 'ipv6_dhcpv6-stateless'].includes(String(type)),
    ),
    addresses,
    gateways: [...new Set([...direct, ...routes.filter(({ to }) => to === 'default').map(({ via }) => via)])],
    routes: routes.filter(({ to }) => to !== 'default'),
    dns: [...new Set(addresses.length === 0 ? dns : [...dns, ...shared])],
    ...(mtu !== undefined && { mtu }),
  };
}

const serversIn = (services: readonly Settings[]): readonly string[] =>
  services.filter(({ type }) => type === 'dns').flatMap(({ address }) => asAddress(address) ?? []);
