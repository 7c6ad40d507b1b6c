import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from './container.ts';
import { run } from './scratch.ts';

/** A client that logs in to a machine over the network, by key or by password. */
export interface Visitor {
  /** The public half of the key. */
  readonly shown: string;
  /** The fingerprint as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** Logs in by key only, and returns the whole output, also that of a refusal. */
  byKey(machine: Container, user: string, command?: string): Promise<string>;
  /** Logs in by password only. */
  byPassword(machine: Container, user: string, password: string, command?: string): Promise<string>;
}

/** Creates a visitor with a key in a directory of its own. */
export async function visitor(folder: string, name: string): Promise<Visitor> {
  const own = await mkdtemp(join(folder, 'visitor-'));
  const [identity, known, ask] = ['identity', 'known', 'ask'].map((each) => join(own, each)) as [
    string,
    string,
    string,
  ];
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', identity]);
  await writeFile(ask, '#!/bin/sh\necho "$SECRET"\n');
  await chmod(ask, 0o700);

  async function come(machine: Container, user: string, command: string, options: readonly string[], secret = '') {
    const { network, root } = machine;
    const { server: namespace, address } = network;
    // The server must present the host keys that are in the machine's tree.
    const keys = (await readdir(join(root, 'etc/ssh'))).filter((each) => /^ssh_host_.*_key\.pub$/.test(each));
    const lines = keys.map(async (each) => `${address} ${await readFile(join(root, 'etc/ssh', each), 'utf8')}`);
    await writeFile(known, (await Promise.all(lines)).join(''));
    const words = [
      ...['netns', 'exec', namespace, 'ssh', '-F', '/dev/null', '-o', `UserKnownHostsFile=${known}`],
      ...['-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=60', ...options, `${user}@${address}`, command],
    ];
    const env = { PATH: process.env.PATH, SECRET: secret, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' };
    const { promise, resolve } = Promise.withResolvers<string>();
    // A refusal is a result, not an error.
    execFile('ip', words, { env }, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
    return promise;
  }
  const byKey = ['-i', identity, '-o', 'IdentitiesOnly=yes', '-o', 'PreferredAuthentications=publickey'];
  const byPassword = [
    ...['-o', 'PubkeyAuthentication=no', '-o', 'PreferredAuthentications=password,keyboard-interactive'],
    ...['-o', 'NumberOfPasswordPrompts=1'],
  ];
  return {
    fingerprint: (await run('ssh-keygen', ['-l', '-f', `${identity}.pub`])).trim(),
    shown: (await readFile(`${identity}.pub`, 'utf8')).trim(),
    byKey: (machine, user, command = 'id -un') => come(machine, user, command, byKey),
    byPassword: (machine, user, password, command = 'id -un') => come(machine, user, command, byPassword, password),
  };
}
