// Format: network-config version 2, https://docs.cloud-init.io/en/latest/reference/network-config-format-v2.html
import { globMatcher } from '../base/glob-pattern.ts';
import type { Facts } from '../facts/facts.ts';
import type { NetworkInterface } from '../metadata/datasource.ts';
import { asObject } from '../metadata/tree.ts';
import { asAddress, asMac, networkOf, withPrefix } from './addresses.ts';
import { asList, asMtu, asWords, bare, macOf, type NetworkRead, validOnly } from './network-fields.ts';

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
    const unread: string[] = [];
    const found = macs.map((mac) => interfaceOf(mac, id, settings, unread));
    leftOut.push(...new Set(unread));
    return found;
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

function interfaceOf(
  mac: string,
  id: string,
  settings: Readonly<Record<string, unknown>>,
  leftOut: string[],
): NetworkInterface {
  const at = `ethernets.${id}`;
  const servers = asObject(settings.nameservers) ?? {};
  const address = (value: unknown, key: string) => validOnly(value, `${at}.${key}`, asAddress, leftOut);
  const [mtu] = validOnly(settings.mtu, `${at}.mtu`, asMtu, leftOut);
  const routes = asList(settings.routes).flatMap((value) => {
    const route = asObject(value) ?? {};
    const to = validOnly(route.to, `${at}.routes.to`, (each) => networkOf(each, undefined), leftOut);
    const via = address(route.via, 'routes.via');
    return to.flatMap((to) => via.map((via) => ({ to, via })));
  });
  return {
    ...bare(mac, typeof settings['set-name'] === 'string' ? settings['set-name'] : undefined),
    dhcp4: settings.dhcp4 === true,
    dhcp6: settings.dhcp6 === true,
    addresses: asList(settings.addresses).flatMap((each) => {
      // An address with options is the only key of a mapping.
      const own = Object.keys(asObject(each) ?? {})[0] ?? each;
      return validOnly(own, `${at}.addresses`, (value) => withPrefix(value, undefined), leftOut);
    }),
    gateways: [
      ...['gateway4', 'gateway6'].flatMap((key) => address(settings[key], key)),
      ...routes.filter(({ to }) => to === 'default').map(({ via }) => via),
    ],
    routes: routes.filter(({ to }) => to !== 'default'),
    dns: asWords(servers.addresses).flatMap((each) => address(each, 'nameservers.addresses')),
    search: asWords(servers.search),
    ...(mtu !== undefined && { mtu }),
  };
}
