// Format: leases of systemd-networkd and NetworkManager, https://www.freedesktop.org/software/systemd/man/latest/sd_dhcp_lease_get_address.html
import type { ReadHost } from '../host/host.ts';
import { asAddress } from './addresses.ts';

/** Where DHCP clients record a lease, and the line that names the server. */
const systemd = /^SERVER_ADDRESS=(\S+)$/m;
const dhclient = /option dhcp-server-identifier (\S+);(?![\s\S]*option dhcp-server-identifier)/;
const records = [
  { folder: '/run/systemd/netif/leases', server: systemd },
  { folder: '/var/lib/NetworkManager', server: systemd },
  { folder: '/run/NetworkManager/devices', server: /^(?:dhcp4\.)?dhcp_server_identifier=(\S+)$/m },
  { folder: '/var/lib/dhcp', server: dhclient },
  { folder: '/var/lib/dhclient', server: dhclient },
] as const;

/** Returns the addresses of the DHCP servers by the leases of this machine, or else that of the default gateway. */
export async function dhcpServers(host: ReadHost): Promise<readonly string[]> {
  const found = new Set<string>();
  // A lease that cannot be read is as good as none: another one, or the gateway, may name the server.
  for (const { folder, server } of records) {
    for (const name of await host.list(folder).catch(() => [])) {
      const [, text] = server.exec((await host.readText(`${folder}/${name}`).catch(() => undefined)) ?? '') ?? [];
      const address = asAddress(text);
      if (address !== undefined) found.add(address);
    }
  }
  if (found.size > 0) return [...found];
  const gateway = gatewayIn((await host.readText('/proc/net/route')) ?? '');
  return gateway === undefined ? [] : [gateway];
}

/** Returns the gateway of the default route: the table has its bytes in the order of the processor, least significant first. */
function gatewayIn(table: string): string | undefined {
  const rows = table.split('\n').map((line) => line.split('\t'));
  const [, , hex] = rows.find(([, to, , , , , , mask]) => to === '00000000' && mask === '00000000') ?? [];
  const bytes = hex
    ?.match(/../g)
    ?.map((each) => Number.parseInt(each, 16))
    .reverse();
  return bytes?.some((each) => each > 0) ? bytes.join('.') : undefined;
}
