import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Boot, bootOf } from './boot.ts';
import { type Cable, cable, guestAddress, type Network, networkdUnit } from './network.ts';
import { nspawn, type Running } from './nspawn.ts';
import { overlay } from './overlay.ts';
import { installPackage, installProbe } from './probe.ts';
import { run } from './scratch.ts';
import { packageFile, type Release, tree } from './trees.ts';

/** A machine without a kernel of its own: a tree over Debian's, booted by systemd-nspawn. */
export interface Container extends AsyncDisposable {
  readonly root: string;
  /** A folder beside its tree, gone with it. */
  readonly folder: string;
  readonly network: Network;
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Boots it, lets it come to its end, be visited from outside, and switch itself off. */
  boot(visit?: () => Promise<void>): Promise<Boot>;
  /** Boots it to stay, until it is told to switch itself off. */
  start(): Promise<Running>;
  /** The programs that were started on it so far, a line each. */
  started(): Promise<string>;
  /** From the next boot on it is where another machine would be: by another card, at another address. */
  move(address: string): Promise<void>;
}

interface Options {
  /** More Debian packages in the tree. */
  readonly extra?: readonly string[];
  /** More commands whose output the probe keeps, by name. */
  readonly probe?: Readonly<Record<string, string>>;
  /** Another package than the one that was made last. */
  readonly package?: string;
  /** Nobody gives it an address: no file of its own says one, and no DHCP server answers. */
  readonly unaddressed?: true;
  /** Each program that is started on it is taken down, with its arguments and its environment. */
  readonly traced?: true;
  /** One that other machines are plugged into as well, and where this one is found there. */
  readonly on?: { readonly cable: Cable; readonly address: string };
}

/** Over the tree of one of Debian's releases, or over one that somebody has. */
export async function container(over: Release | { readonly tree: string }, options: Options = {}): Promise<Container> {
  const laid = await overlay(typeof over === 'string' ? await tree(over, options.extra) : over.tree);
  const { root, folder } = laid;
  if (options.package !== 'none') await installPackage(root, options.package ?? packageFile());
  await installProbe(root, options.probe);
  const line = options.on?.cable ?? (await cable());
  const at = async (address: string): Promise<Network> => ({
    ...(await line.plug()),
    server: line.server,
    address,
  });
  let place = await at(options.on?.address ?? guestAddress);
  const write: Container['write'] = async (path, text, mode) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { ...(mode !== undefined && { mode }) });
  };
  const address = () => write('etc/systemd/network/10-cloud.network', networkdUnit(place.address));
  if (!options.unaddressed) await address();
  const uuid = randomUUID();
  const traced = options.traced && join(folder, 'started');
  const boot = async (seen: string) =>
    (await nspawn({ root, namespace: place.guest, uuid, traced, binds: [`${seen}:/probe`] })).ended;
  let boots = 0;
  return {
    root,
    folder,
    get network() {
      return place;
    },
    write,
    async boot(visit) {
      const seen = join(folder, `boot-${boots++}`);
      await mkdir(seen);
      if (!visit) return bootOf(seen, await boot(seen));
      for (const name of ['held', 'hold']) await run('mkfifo', [join(seen, name)]);
      const over = new AbortController();
      const running = boot(seen).finally(() => over.abort());
      // A tree cannot be taken away under a machine that runs: its end is waited for, however the visit went.
      const [ended, visited] = await Promise.allSettled([running, visiting(seen, visit, over.signal)]);
      if (ended.status === 'rejected') throw ended.reason;
      const became = bootOf(seen, ended.value);
      if (visited.status === 'rejected')
        throw new Error(`the visit failed\n${ended.value.slice(-4000)}`, { cause: visited.reason });
      return became;
    },
    async move(to) {
      place = await at(to);
      await address();
    },
    async start() {
      const words = ['systemd.mask=probe.service'];
      const running = await nspawn({ root, namespace: place.guest, uuid, traced, words });
      await running.begun();
      return running;
    },
    started: () => readFile(join(folder, 'started'), 'utf8'),
    async [Symbol.asyncDispose]() {
      if (!options.on) await line[Symbol.asyncDispose]();
      if (process.env.BOOTAGENT_KEEP) await run('cp', ['-ax', folder, process.env.BOOTAGENT_KEEP]);
      await laid[Symbol.asyncDispose]();
    },
  };
}

/** What is done from outside, between the machine's last word and its being switched off. */
async function visiting(seen: string, visit: () => Promise<void>, signal: AbortSignal): Promise<void> {
  await run('head', ['-n', '1', join(seen, 'held')], { signal });
  try {
    await visit();
  } finally {
    await run('sh', ['-c', 'echo go >"$1"', 'sh', join(seen, 'hold')], { signal });
  }
}
