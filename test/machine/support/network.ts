import { randomBytes } from 'node:crypto';
import { run } from './scratch.ts';

/** A cable that machines are plugged into, and a namespace on it where servers listen, the cloud's link-local address among them. */
export interface Cable extends AsyncDisposable {
  /** The namespace of the servers. */
  readonly server: string;
  /** Plugs one more machine in, by a card of its own: its end of the cable is there, not yet up. */
  plug(): Promise<Plug>;
}

export interface Plug {
  /** The namespace of the guest. */
  readonly guest: string;
  /** Of the guest's card: each has another. */
  readonly mac: string;
}

/** Where a guest is on its cable. */
export interface Network extends Plug {
  readonly server: string;
  /** Where it finds itself, by what its own network manager is told. */
  readonly address: string;
}

/** What a guest's end is called, and where the first guest finds itself: an address that a hostname can be made of. */
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

/** What a guest's own network manager is told, in its words. */
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
