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

/** A machine without a kernel of its own: an overlay over a Debian tree, booted by systemd-nspawn. */
export interface Container extends AsyncDisposable {
  readonly root: string;
  /** A directory beside its tree, removed with it. */
  readonly folder: string;
  readonly network: Network;
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Boots it, waits for the end of the boot, runs the visit from outside, and powers it off. */
  boot(visit?: () => Promise<void>): Promise<Boot>;
  /** Boots it and keeps it running until it powers itself off. */
  start(): Promise<Running>;
  /** Returns the programs started on it so far, one per line. */
  started(): Promise<string>;
  /** From the next boot on it has the network of another machine: another interface, another address. */
  move(address: string): Promise<void>;
}

interface Options {
  /** Additional Debian packages in the tree. */
  readonly extra?: readonly string[];
  /** Additional commands whose output the probe records, by name. */
  readonly probe?: Readonly<Record<string, string>>;
  /** A package other than the latest build. */
  readonly package?: string;
  /** It has no address: no file of its own configures one, and no DHCP server answers. */
  readonly unaddressed?: true;
  /** Directories of this machine that appear in it: "/from:/to". */
  readonly binds?: readonly string[];
  /** Each program started on it is recorded, with its arguments and its environment. */
  readonly traced?: true;
  /** A cable shared with other machines, and the address of this one on it. */
  readonly on?: { readonly cable: Cable; readonly address: string };
}

/** Creates a container over the tree of a Debian release, or over a given tree. */
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
    (await nspawn({ root, namespace: place.guest, uuid, traced, binds: [`${seen}:/probe`, ...(options.binds ?? [])] }))
      .ended;
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
      // A tree cannot be removed under a running machine: wait for its end even if the visit failed.
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

/** Runs the visit between the end of the boot and the power-off. */
async function visiting(seen: string, visit: () => Promise<void>, signal: AbortSignal): Promise<void> {
  await run('head', ['-n', '1', join(seen, 'held')], { signal });
  try {
    await visit();
  } finally {
    await run('sh', ['-c', 'echo go >"$1"', 'sh', join(seen, 'hold')], { signal });
  }
}
