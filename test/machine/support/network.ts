import { randomBytes } from 'node:crypto';
import { run } from './scratch.ts';

/** A cable between a guest's namespace and one where servers listen, the cloud's link-local address among them. */
export interface Network extends AsyncDisposable {
  /** The namespace of the guest: its end of the cable is there, not yet up. */
  readonly guest: string;
  /** The namespace of the servers. */
  readonly server: string;
  /** Where the guest finds itself, by what its own network manager is told. */
  readonly address: string;
  /** Of the guest's card: another cable has another. */
  readonly mac: string;
}

/** What the guest's end is called, and where it finds itself: an address that a hostname can be made of. */
export const guestInterface = 'host0';
export const guestAddress = '10.161.7.25';
const serverAddress = '10.161.7.1';

export async function network(address = guestAddress): Promise<Network> {
  const id = randomBytes(3).toString('hex');
  const [guest, server] = [`ba-${id}-guest`, `ba-${id}-server`];
  const ip = (...args: readonly string[]) => run('ip', args);
  await ip('netns', 'add', server);
  await ip('netns', 'add', guest);
  await ip('-n', server, 'link', 'add', 'cloud0', 'type', 'veth', 'peer', 'name', guestInterface, 'netns', guest);
  await ip('-n', server, 'link', 'set', 'lo', 'up');
  await ip('-n', server, 'addr', 'add', `${serverAddress}/24`, 'dev', 'cloud0');
  await ip('-n', server, 'addr', 'add', '169.254.169.254/32', 'dev', 'cloud0');
  await ip('-n', server, 'link', 'set', 'cloud0', 'up');
  const [card] = JSON.parse(await run('ip', ['-n', guest, '-json', 'link', 'show', guestInterface]));
  return {
    guest,
    server,
    address,
    mac: card.address,
    async [Symbol.asyncDispose]() {
      await ip('netns', 'del', guest);
      await ip('netns', 'del', server);
    },
  };
}

/** What the guest's own network manager is told, in its words. */
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
