import { isIP } from 'node:net';

/** Returns the prefix length of a netmask: 24 for "255.255.255.0", "24" and "ffff:ff::"; undefined if it is invalid. */
export function prefixOf(netmask: string | number | undefined): number | undefined {
  const words = String(netmask ?? '').replace(/^\//, '');
  if (/^\d{1,3}$/.test(words)) return Number(words) <= 128 ? Number(words) : undefined;
  const bits = bitsOf(words);
  return bits !== undefined && /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** Returns "address/prefix" from either notation; without a netmask, IPv4 gets /24 and IPv6 /64. Undefined if invalid. */
export function withPrefix(address: unknown, netmask: unknown): string | undefined {
  const [plain = '', own] = String(address ?? '')
    .trim()
    .split('/');
  const family = isIP(plain);
  const mask = typeof netmask === 'string' || typeof netmask === 'number' ? netmask : undefined;
  const prefix = prefixOf(own ?? mask ?? (family === 4 ? 24 : 64));
  const most = family === 4 ? 32 : 128;
  return family === 0 || prefix === undefined || prefix > most ? undefined : `${plain}/${prefix}`;
}

/** Returns "network/prefix", or "default" for any spelling of the default route. */
export function networkOf(network: unknown, netmask: unknown): string | undefined {
  const words = String(network ?? '').trim();
  if (words === 'default') return words;
  const mask = typeof netmask === 'string' || typeof netmask === 'number' ? netmask : undefined;
  const whole = withPrefix(words, mask ?? (/\//.test(words) ? undefined : words.includes(':') ? 128 : 32));
  return whole !== undefined && /^(?:0\.0\.0\.0|::)\/0$/.test(whole) ? 'default' : whole;
}

/** Returns the value if it is an IPv4 or IPv6 address. */
export const asAddress = (value: unknown): string | undefined => {
  const words = String(value ?? '').trim();
  return isIP(words) === 0 ? undefined : words;
};

/** Returns a MAC address in lower case with colons; undefined if it is invalid. */
export function asMac(value: unknown): string | undefined {
  const words = String(value ?? '')
    .trim()
    .toLowerCase()
    .replaceAll('-', ':');
  return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(words) ? words : undefined;
}

function bitsOf(address: string): string | undefined {
  const family = isIP(address);
  if (family === 4) {
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  }
  if (family !== 6) return undefined;
  const [left = '', right] = address.split('::').map((half) => half.split(':').filter((part) => part !== '')) as [
    string[],
    string[]?,
  ];
  const groups = [
    ...left,
    ...Array.from({ length: right ? 8 - left.length - right.length : 0 }, () => '0'),
    ...(right ?? []),
  ];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
