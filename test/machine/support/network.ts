import { randomBytes } from 'node:crypto';
import { run } from './scratch.ts';

/** A cable for machines, with a namespace on it in which servers listen, also at the cloud's link-local address. */
export interface Cable extends AsyncDisposable {
  /** The namespace of the servers. */
  readonly server: string;
  /** Connects one more machine through an interface of its own: its end of the cable exists, not yet up. */
  plug(): Promise<Plug>;
}

export interface Plug {
  /** The namespace of the guest. */
  readonly guest: string;
  /** The MAC address of the guest's interface, unique per guest. */
  readonly mac: string;
}

/** A guest's place on its cable. */
export interface Network extends Plug {
  readonly server: string;
  /** The address that the guest's own network manager is configured with. */
  readonly address: string;
}

/** The name of a guest's interface, and the address of the first guest, from which a hostname can be derived. */
export const guestInterface = 'host0';
export const guestAddress = '10.161.7.25';
const serverAddress = '10.161.7.1';

export async function cable(): Promise<Cable> {
  const id = randomBytes(3).toString('hex');
  const server = `ba-${id}-server`;
  const namespaces = [server];
  const ip = (...args: readonly string[]) => run('ip', args);
  await ip('netns', 'add', server);
  await ip('-n', server, 'link', 'set', 'lo', 'up');
  await ip('-n', server, 'link', 'add', 'cloud0', 'type', 'bridge');
  await ip('-n', server, 'addr', 'add', `${serverAddress}/24`, 'dev', 'cloud0');
  await ip('-n', server, 'addr', 'add', '169.254.169.254/32', 'dev', 'cloud0');
  await ip('-n', server, 'link', 'set', 'cloud0', 'up');
  return {
    server,
    async plug() {
      const [guest, port] = [`ba-${id}-guest${namespaces.length}`, `port${namespaces.length}`];
      await ip('netns', 'add', guest);
      namespaces.push(guest);
      await ip('-n', server, 'link', 'add', port, 'type', 'veth', 'peer', 'name', guestInterface, 'netns', guest);
      await ip('-n', server, 'link', 'set', port, 'master', 'cloud0', 'up');
      const [card] = JSON.parse(await ip('-n', guest, '-json', 'link', 'show', guestInterface));
      return { guest, mac: card.address };
    },
    async [Symbol.asyncDispose]() {
      for (const each of namespaces.reverse()) await ip('netns', 'del', each);
    },
  };
}

/** Returns the configuration for the guest's own systemd-networkd. */
export const networkdUnit = (address: string): string =>
  [
    '[Match]',
    `Name=${guestInterface}`,
    '[Network]',
    `Address=${address}/24`,
    `Gateway=${serverAddress}`,
    'LinkLocalAddressing=no',
    'IPv6AcceptRA=no',
    '',
  ].join('\n');
