import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Sandbox, sandbox, unable } from './support/sandbox.ts';
import { tlsServer } from './support/servers.ts';

const skip = unable('useradd', 'ssh-keygen', 'openssl', 'unshare');
const only = ['--force', '--only', 'users,ssh_authorized_keys,ssh_import_id'];

/** A sandbox whose authorities include that of a server with these pages, each published for an account. */
async function published(pages: Readonly<Record<string, (key: string) => string | number>>) {
  const machine = sandbox();
  const at = (name: string): string => join(machine.folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f', at('key')]);
  const key = readFileSync(`${at('key')}.pub`, 'utf8').trim();
  const server = await tlsServer(machine.folder, (path) => pages[path]?.(key) ?? 404);
  return {
    machine,
    key,
    asked: server.asked,
    settings: `ssh_import_servers: {gh: "${server.url}", lp: "${server.url}"}\n`,
    trust: () => machine.write('/etc/ssl/certs/ca-certificates.crt', server.cert),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      machine[Symbol.dispose]();
    },
  };
}

const keysOf = (machine: Sandbox, user: string): string | undefined =>
  machine.text(`/home/${user}/.ssh/authorized_keys`);

describe('ssh_import_id over TLS', { skip }, () => {
  test('adds the keys of each account, once, and reports the account that has none', async () => {
    let busy = 2;
    await using web = await published({
      '/ann.keys': (key) => (busy-- > 0 ? 503 : `${key}\n`),
      '/~bea/+sshkeys': (key) => `${key}\n`,
    });
    web.trust();
    const asked = `${web.settings}users:\n  - {name: imp-ann, ssh_import_id: [gh:ann, gh:nosuch]}\n  - {name: imp-bea, ssh_import_id: [lp:bea]}\n`;
    const { text } = await web.machine.agent(asked, ...only);
    assert.equal(keysOf(web.machine, 'imp-ann'), `${web.key} # ssh-import-id gh:ann\n`, text);
    assert.equal(keysOf(web.machine, 'imp-bea'), `${web.key} # ssh-import-id lp:bea\n`, text);
    assert.match(
      text,
      /users\[0\]\.ssh_import_id\[1\]: No key was imported: \S+\/nosuch\.keys answered with status 404/,
    );
    const listed = await web.machine.sh(
      'ssh-keygen -l -f /home/imp-ann/.ssh/authorized_keys; stat -c "%a %U" /home/imp-ann/.ssh/authorized_keys',
    );
    assert.match(listed.text, /^256 SHA256:\S+ ann # ssh-import-id gh:ann \(ED25519\)\n600 imp-ann$/m);
    const before = web.asked.length;
    await web.machine.agent(asked, '--only', only[2] ?? '');
    assert.deepEqual(web.asked.slice(before), ['/nosuch.keys'], 'only what failed is asked for again');
  });

  test('takes nothing from a server that no authority vouches for', async () => {
    await using web = await published({ '/ann.keys': (key) => `${key}\n` });
    const { text } = await web.machine.agent(
      `${web.settings}users: [{name: imp-ann, ssh_import_id: [gh:ann]}]\n`,
      ...only,
    );
    assert.equal(keysOf(web.machine, 'imp-ann'), undefined);
    assert.match(text, /No key was imported/);
    assert.deepEqual(web.asked, []);
  });
});
