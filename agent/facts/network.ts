import { networkInterfaces } from 'node:os';
import type { ReadHost } from '../host/host.ts';
import type { Interface, Network } from './facts.ts';

/** Returns the interfaces and their addresses; the interface of the default route comes first. */
export async function readNetwork(host: ReadHost): Promise<Network> {
  const route = (await defaultRoute(host)) ?? (await defaultRoute6(host));
  const interfaces = await interfacesOf(host);
  const leading = interfaces.find(({ name }) => name === route);
  const rest = interfaces.filter((each) => each !== leading);
  return {
    interface: route,
    address: leading?.addresses[0],
    interfaces: leading ? [leading, ...rest] : rest,
  };
}

async function interfacesOf(host: ReadHost): Promise<Interface[]> {
  const addressed = networkInterfaces();
  const found: Interface[] = [];
  // In a container, /sys may show the interfaces of the host.
  for (const name of new Set([...(await host.list('/sys/class/net').catch(() => [])), ...Object.keys(addressed)])) {
    if (name === 'lo') continue;
    const inSys = (await host.readText(`/sys/class/net/${name}/address`).catch(() => undefined))?.trim();
    const mac = inSys ?? addressed[name]?.[0]?.mac ?? '';
    const all = (addressed[name] ?? []).filter(({ address }) => !address.startsWith('fe80:'));
    const addresses = [
      ...all.filter(({ family }) => family === 'IPv4'),
      ...all.filter(({ family }) => family === 'IPv6'),
    ];
    found.push({ name, mac, addresses: addresses.map(({ address }) => address) });
  }
  return found;
}

/** Returns the interface of the IPv4 default route with the lowest metric. */
async function defaultRoute(host: ReadHost): Promise<string | undefined> {
  const routes = ((await host.readText('/proc/net/route')) ?? '').split('\n').slice(1);
  const defaults = routes
    .map((line) => line.split('\t'))
    .filter(([, to, , , , , , mask]) => to === '00000000' && mask === '00000000');
  return defaults.sort(([, , , , , , a], [, , , , , , b]) => Number(a) - Number(b))[0]?.[0];
}

async function defaultRoute6(host: ReadHost): Promise<string | undefined> {
  const routes = ((await host.readText('/proc/net/ipv6_route')) ?? '').split('\n').map((line) => line.split(/\s+/));
  return routes.find(
    ([to, length, , , , , , , , name]) => /^0+$/.test(to ?? '') && length === '00' && name !== 'lo',
  )?.[9];
}
