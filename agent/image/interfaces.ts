import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';

/** How an interface gets its address, by one configuration file. */
export interface Configured {
  readonly file: string;
  readonly name: string;
  readonly by: 'dhcp' | 'static';
  /** The program that manages it. */
  readonly manager: 'network-scripts' | 'NetworkManager' | 'ifupdown' | 'networkd' | 'netplan';
  /** Whether DHCP is retried without limit, instead of for a minute. */
  readonly forEver: boolean;
}

/** Returns every interface that is configured to come up at boot, except the loopback. */
export async function configured(host: ReadHost, hasManager: boolean): Promise<Configured[]> {
  const defaults = await managerDefaults(host);
  const found: Configured[] = [];
  for (const file of await matchingPaths(['/etc/sysconfig/network-scripts/ifcfg-*'], host)) {
    found.push(...ifcfg(file, (await host.readText(file)) ?? '', hasManager, defaults));
  }
  for (const file of await matchingPaths(['/etc/NetworkManager/system-connections/*'], host)) {
    found.push(...keyfile(file, (await host.readText(file)) ?? '', defaults));
  }
  for (const file of await matchingPaths(['/etc/network/interfaces', '/etc/network/interfaces.d/*'], host)) {
    found.push(...interfaces(file, (await host.readText(file)) ?? ''));
  }
  for (const file of await matchingPaths(['/etc/systemd/network/*.network'], host)) {
    found.push(...network(file, (await host.readText(file)) ?? ''));
  }
  for (const file of await matchingPaths(['/etc/netplan/*.yaml', '/etc/netplan/*.yml'], host)) {
    found.push(...netplan(file, (await host.readText(file)) ?? ''));
  }
  return found;
}

/** Whether NetworkManager is configured to retry all connections without limit. */
async function managerDefaults(host: ReadHost): Promise<boolean> {
  const files = [
    '/usr/lib/NetworkManager/conf.d/*.conf',
    '/etc/NetworkManager/NetworkManager.conf',
    '/etc/NetworkManager/conf.d/*.conf',
  ];
  for (const file of await matchingPaths(files, host)) {
    const text = (await host.readText(file)) ?? '';
    if (/^\s*(?:autoconnect-retries-default|connection\.autoconnect-retries)\s*=\s*0\s*$/m.test(text)) return true;
  }
  return false;
}

const valueIn = (text: string, key: string): string | undefined =>
  new RegExp(`^\\s*${key}=\\s*["']?([^"'\\n]*?)["']?\\s*$`, 'm').exec(text)?.[1];

const isYes = (word: string | undefined): boolean => /^(?:yes|true|1|y|on)$/i.test(word ?? '');

function ifcfg(file: string, text: string, hasManager: boolean, defaults: boolean): Configured[] {
  const name = valueIn(text, 'DEVICE') ?? valueIn(text, 'NAME') ?? file.slice(file.indexOf('ifcfg-') + 6);
  const onBoot = valueIn(text, 'ONBOOT');
  if (name === 'lo' || file.endsWith('/ifcfg-lo') || !isYes(onBoot ?? 'yes')) return [];
  const isManaged = hasManager && !/^(?:no|false|0)$/i.test(valueIn(text, 'NM_CONTROLLED') ?? 'yes');
  const by = /^(?:dhcp|bootp)$/i.test(valueIn(text, 'BOOTPROTO') ?? '') ? 'dhcp' : 'static';
  if (by === 'static' && !/^\s*IPADDR/m.test(text)) return [];
  const forEver = isManaged
    ? defaults || valueIn(text, 'AUTOCONNECT_RETRIES') === '0'
    : isYes(valueIn(text, 'PERSISTENT_DHCLIENT'));
  return [{ file, name, by, manager: isManaged ? 'NetworkManager' : 'network-scripts', forEver }];
}

function keyfile(file: string, text: string, defaults: boolean): Configured[] {
  const ipv4 = /^\[ipv4\]\s*\n((?:(?!\[).*\n?)*)/m.exec(text)?.[1] ?? '';
  const method = valueIn(ipv4, 'method') ?? 'auto';
  if (/^\s*type=(?:loopback|bridge-port)/m.test(text) || valueIn(text, 'autoconnect') === 'false') return [];
  if (method !== 'auto' && method !== 'manual') return [];
  const timeout = valueIn(ipv4, 'dhcp-timeout');
  const forEver =
    defaults || valueIn(text, 'autoconnect-retries') === '0' || /^(?:infinity|2147483647)$/.test(timeout ?? '');
  const name = valueIn(text, 'interface-name') ?? valueIn(text, 'id') ?? file;
  return [{ file, name, by: method === 'auto' ? 'dhcp' : 'static', manager: 'NetworkManager', forEver }];
}

// dhclient as started by ifupdown, and networkd, retry without limit.
const interfaces = (file: string, text: string): Configured[] =>
  [...text.matchAll(/^\s*iface\s+(\S+)\s+inet\s+(dhcp|static)/gm)].map(([, name = '', method]) => ({
    file,
    name,
    by: method === 'dhcp' ? 'dhcp' : 'static',
    manager: 'ifupdown',
    forEver: true,
  }));

function network(file: string, text: string): Configured[] {
  const name = valueIn(text, 'Name') ?? file;
  if (name === 'lo') return [];
  const by = /^(?:yes|true|ipv4|both)$/i.test(valueIn(text, 'DHCP') ?? '') ? 'dhcp' : 'static';
  if (by === 'static' && !/^\s*Address=/m.test(text)) return [];
  return [{ file, name, by, manager: 'networkd', forEver: true }];
}

function netplan(file: string, text: string): Configured[] {
  const found: Configured[] = [];
  const about = { file, manager: 'netplan', forEver: true } as const;
  if (/^\s+dhcp4:\s*(?:true|yes|on)\b/m.test(text)) found.push({ ...about, name: 'netplan', by: 'dhcp' });
  else if (/^\s+addresses:/m.test(text)) found.push({ ...about, name: 'netplan', by: 'static' });
  return found;
}
