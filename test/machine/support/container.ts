import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Boot, bootOf } from './boot.ts';
import { type Network, network, networkdUnit } from './network.ts';
import { installPackage, installProbe } from './probe.ts';
import { run } from './scratch.ts';
import { packageFile, type Release, tree } from './trees.ts';

/** A machine without a kernel of its own: a tree over Debian's, booted by systemd-nspawn. */
export interface Container extends AsyncDisposable {
  readonly root: string;
  readonly network: Network;
  write(path: string, text: string): Promise<void>;
  /** Boots it, lets it come to its end and switch itself off. */
  boot(): Promise<Boot>;
}

interface Options {
  /** More Debian packages in the tree. */
  readonly extra?: readonly string[];
  /** More commands whose output the probe keeps, by name. */
  readonly probe?: Readonly<Record<string, string>>;
}

export async function container(release: Release, options: Options = {}): Promise<Container> {
  const lower = await tree(release, options.extra);
  const scratch = await mkdtemp(join(tmpdir(), 'bootagent-machine-'));
  const folder = (name: string) => join(scratch, name);
  for (const name of ['upper', 'work', 'root']) await mkdir(folder(name));
  const root = folder('root');
  await run('mount', [
    '-t',
    'overlay',
    '-o',
    `lowerdir=${lower},upperdir=${folder('upper')},workdir=${folder('work')}`,
    'overlay',
    root,
  ]);
  await installPackage(root, packageFile());
  await installProbe(root, options.probe);
  await writeFile(join(root, 'etc/systemd/network/10-cloud.network'), networkdUnit);
  const cable = await network();
  let boots = 0;
  return {
    root,
    network: cable,
    async write(path, text) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
    async boot() {
      const seen = folder(`boot-${boots++}`);
      await mkdir(seen);
      const console = await nspawn(root, seen, cable.guest);
      return bootOf(seen, console);
    },
    async [Symbol.asyncDispose]() {
      await cable[Symbol.asyncDispose]();
      await run('umount', [root]);
      if (process.env.BOOTAGENT_KEEP) await run('cp', ['-a', scratch, process.env.BOOTAGENT_KEEP]);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** Nothing here asks for a systemd outside: CI has none. */
function nspawn(root: string, seen: string, namespace: string): Promise<string> {
  const args = [
    ...['--quiet', `--directory=${root}`, `--bind=${seen}:/probe`, '--register=no', '--keep-unit', '--boot'],
    ...[
      '--console=pipe',
      `--network-namespace-path=/run/netns/${namespace}`,
      '--capability=CAP_NET_ADMIN',
      '--uuid=6f3a1c9e-0000-4000-8000-000000000001',
      '--link-journal=no',
      '--capability=CAP_NET_ADMIN',
    ],
    'systemd.show_status=no',
  ];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('systemd-nspawn', args, {
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
