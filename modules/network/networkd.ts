import type { NetworkInterface } from '../../agent/metadata/datasource.ts';
import { searchable } from './address-families.ts';

/** Returns the systemd-networkd .network file of an interface. */
export function networkd(one: NetworkInterface): string {
  const dhcp = one.dhcp4 ? (one.dhcp6 ? 'yes' : 'ipv4') : one.dhcp6 ? 'ipv6' : 'no';
  const search = searchable(one);
  return `${[
    '# Made by bootagent from the metadata of this instance. A file of your own for this interface is left alone.',
    '[Match]',
    `MACAddress=${one.mac}`,
    'Type=ether',
    ...(one.mtu === undefined ? [] : ['', '[Link]', `MTUBytes=${one.mtu}`]),
    '',
    '[Network]',
    `DHCP=${dhcp}`,
    ...one.addresses.map((address) => `Address=${address}`),
    ...one.gateways.map((gateway) => `Gateway=${gateway}`),
    ...one.dns.map((server) => `DNS=${server}`),
    ...(search.length === 0 ? [] : [`Domains=${search.join(' ')}`]),
    ...one.routes.flatMap(({ to, via }) => ['', '[Route]', `Destination=${to}`, `Gateway=${via}`]),
  ].join('\n')}\n`;
}
