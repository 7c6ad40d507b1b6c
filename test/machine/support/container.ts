import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Boot, bootOf } from './boot.ts';
import { type Network, network, networkdUnit } from './network.ts';
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
}

export async function container(release: Release, options: Options = {}): Promise<Container> {
  const laid = await overlay(await tree(release, options.extra));
  const { root, folder } = laid;
  if (options.package !== 'none') await installPackage(root, options.package ?? packageFile());
  await installProbe(root, options.probe);
  let cable = await network();
  const write: Container['write'] = async (path, text, mode) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { ...(mode !== undefined && { mode }) });
  };
  const address = () => write('etc/systemd/network/10-cloud.network', networkdUnit(cable.address));
  if (!options.unaddressed) await address();
  let boots = 0;
  return {
    root,
    folder,
    get network() {
      return cable;
    },
    write,
    async boot(visit) {
      const seen = join(folder, `boot-${boots++}`);
      await mkdir(seen);
      if (!visit) return bootOf(seen, await nspawn(root, seen, cable.guest));
      for (const name of ['held', 'hold']) await run('mkfifo', [join(seen, name)]);
      const over = new AbortController();
      const running = nspawn(root, seen, cable.guest).finally(() => over.abort());
      // A tree cannot be taken away under a machine that runs: its end is waited for, however the visit went.
      const [ended, visited] = await Promise.allSettled([running, visiting(seen, visit, over.signal)]);
      if (ended.status === 'rejected') throw ended.reason;
      const boot = bootOf(seen, ended.value);
      if (visited.status === 'rejected')
        throw new Error(`the visit failed\n${ended.value.slice(-4000)}`, { cause: visited.reason });
      return boot;
    },
    async move(to) {
      await cable[Symbol.asyncDispose]();
      cable = await network(to);
      await address();
    },
    async [Symbol.asyncDispose]() {
      await cable[Symbol.asyncDispose]();
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

/** Nothing here asks for a systemd outside: CI has none. */
function nspawn(root: string, seen: string, namespace: string): Promise<string> {
  const args = [
    ...['--quiet', `--directory=${root}`, `--bind=${seen}:/probe`, '--register=no', '--keep-unit', '--boot'],
    ...[
      '--console=read-only',
      `--network-namespace-path=/run/netns/${namespace}`,
      '--capability=CAP_NET_ADMIN',
      '--uuid=6f3a1c9e-0000-4000-8000-000000000001',
      '--link-journal=no',
      '--capability=CAP_NET_ADMIN',
    ],
    'systemd.show_status=no',
  ];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // From within the namespace, so that the /sys it mounts shows the interfaces of the guest and not of this machine.
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, 'systemd-nspawn', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
  });
  const heard: string[] = [];
  child.stdout.on('data', (bytes) => heard.push(String(bytes)));
  child.stderr.on('data', (bytes) => heard.push(String(bytes)));
  // A boot takes some seconds: this only ends one that hangs.
  const guard = setTimeout(() => child.kill('SIGKILL'), 240_000);
  child.on('error', reject);
  child.on('close', () => {
    clearTimeout(guard);
    resolve(heard.join(''));
  });
  return promise;
}
