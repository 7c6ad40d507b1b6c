// Format: network-config version 2, https://docs.cloud-init.io/en/latest/reference/network-config-format-v2.html
import { globMatcher } from '../base/glob-pattern.ts';
import type { Facts } from '../facts/facts.ts';
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asObject } from '../metadata/tree.ts';
import { asAddress, asMac, networkOf, withPrefix } from './addresses.ts';
import { asList, asMtu, asWords, bare, macOf, type NetworkRead } from './network-fields.ts';

const others = ['bonds', 'bridges', 'vlans', 'tunnels', 'wifis', 'vrfs', 'modems', 'dummy-devices'];

/** Reads version 2 (Netplan): settings per interface, which is selected by its name or by a `match` mapping. */
export function networkV2(config: Readonly<Record<string, unknown>>, facts: Facts): NetworkRead {
  const leftOut = others.flatMap((kind) =>
    Object.keys(asObject(config[kind]) ?? {}).map((id) => `${kind} are not supported: ${id} is left as it is`),
  );
  const interfaces = Object.entries(asObject(config.ethernets) ?? {}).flatMap(([id, value]) => {
    const settings = asObject(value) ?? {};
    const macs = matching(id, asObject(settings.match), facts);
    if (macs.length === 0) leftOut.push(`there is no interface that ethernets.${id} matches`);
    return macs.map((mac) => interfaceOf(mac, settings));
  });
  return { interfaces, leftOut };
}

/** Returns the MAC addresses of the interfaces that an `ethernets` entry selects. */
function matching(id: string, match: Readonly<Record<string, unknown>> | undefined, facts: Facts): readonly string[] {
  const mac = asMac(match?.macaddress);
  if (mac !== undefined) return [mac];
  const name = match?.name ?? (match ? undefined : id);
  if (name === undefined) return [];
  const matches = globMatcher(String(name));
  return facts.network.interfaces.filter((each) => matches(each.name)).flatMap((each) => macOf(each.name, facts) ?? []);
}

function interfaceOf(mac: string, settings: Readonly<Record<string, unknown>>): NetworkInterface {
  const servers = asObject(settings.nameservers) ?? {};
  const mtu = asMtu(settings.mtu);
  const routes = asList(settings.routes).flatMap((value) => {
    const route = asObject(value) ?? {};
    const [to, via] = [networkOf(route.to, undefined), asAddress(route.via)];
    return to !== undefined && via !== undefined ? [{ to, via }] : [];
  });
  return {
    ...bare(mac, typeof settings['set-name'] === 'string' ? settings['set-name'] : undefined),
    dhcp4: settings.dhcp4 === true,
    dhcp6: settings.dhcp6 === true,
    // An address with options is the only key of a mapping.
    addresses: asList(settings.addresses).flatMap(
      (each) => withPrefix(Object.keys(asObject(each) ?? {})[0] ?? each, undefined) ?? [],
    ),
    gateways: [
      ...[settings.gateway4, settings.gateway6].flatMap((each) => asAddress(each) ?? []),
      ...routes.filter(({ to }) => to === 'default').map(({ via }) => via),
    ],
    routes: routes.filter(({ to }) => to !== 'default'),
    dns: asWords(servers.addresses).flatMap((each) => asAddress(each) ?? []),
    search: asWords(servers.search),
    ...(mtu !== undefined && { mtu }),
  };
}
