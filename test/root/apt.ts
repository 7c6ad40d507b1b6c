import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { debs, noApt } from './support/managers.ts';
import { debRepository } from './support/repository.ts';
import { type Sandbox, sandbox, unable } from './support/sandbox.ts';
import { tlsServer } from './support/servers.ts';

const skip = noApt || unable('gpg', 'apt-ftparchive', 'debconf-set-selections', 'openssl');
const only = ['--force', '--only', 'apt,packages'];

/** A machine without sources, and a repository of one package that a key has signed. */
function signed(): Sandbox & { readonly repo: string; readonly key: string; readonly fingerprint: string } {
  const machine = sandbox();
  const repo = debRepository(machine.folder, [['bootagent-test-a', '1.0']]);
  const home = ['--homedir', join(machine.folder, 'gpg'), '--batch', '--quiet', '--yes'];
  const gpg = (...args: readonly string[]): string =>
    execFileSync('gpg', [...home, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  execFileSync('mkdir', ['-m', '700', join(machine.folder, 'gpg')]);
  gpg('--passphrase', '', '--quick-generate-key', 'debs@example.org', 'ed25519', 'sign', 'never');
  const [, fingerprint = ''] = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('--with-colons', '--fingerprint')) ?? [];
  writeFileSync(join(repo, 'Release'), execFileSync('apt-ftparchive', ['release', '.'], { cwd: repo }));
  gpg('--clearsign', '--output', join(repo, 'InRelease'), join(repo, 'Release'));
  const key = gpg('--armor', '--export', 'debs@example.org');
  execFileSync('gpgconf', ['--homedir', join(machine.folder, 'gpg'), '--kill', 'all']);
  machine.write('/etc/apt/apt.conf.d/zz-test', 'APT::Sandbox::User "root";\n');
  return Object.assign(machine, { repo, key, fingerprint });
}

const emptied = (machine: Sandbox) =>
  machine.sh('rm -rf /etc/apt/sources.list /etc/apt/sources.list.d; mkdir /etc/apt/sources.list.d');
const block = (text: string): string => `|\n        ${text.trimEnd().replaceAll('\n', '\n        ')}`;

describe('apt', { skip }, () => {
  test('installs from a source in each format, which is signed by the text of a key', async () => {
    for (const source of [
      'deb [signed-by=$KEY_FILE] file:REPO ./',
      'Types: deb\\nURIs: file:REPO\\nSuites: ./\\nSigned-By: $KEY_FILE',
    ]) {
      using machine = signed();
      await emptied(machine);
      const text = `apt:\n  sources:\n    mine:\n      source: "${source.replace('REPO', machine.repo)}"\n      key: ${block(machine.key)}\npackages: [bootagent-test-a]\n`;
      const first = await machine.agent(text, ...only);
      assert.equal(first.code, 0, first.text);
      assert.equal(await debs(machine), 'bootagent-test-a 1.0');
      const second = await machine.agent(text, ...only, '--dry-run');
      assert.match(
        second.text,
        /\/etc\/apt\/sources\.list\.d\/mine\.(list|sources): unchanged|= apt +unchanged/,
        second.text,
      );
    }
  });

  test('refuses a source that another key has signed', async () => {
    using machine = signed();
    using other = signed();
    await emptied(machine);
    const text = `apt:\n  sources:\n    mine:\n      source: "deb [signed-by=$KEY_FILE] file:${machine.repo} ./"\n      key: ${block(other.key)}\npackages: [bootagent-test-a]\n`;
    const { code } = await machine.agent(text, ...only);
    assert.notEqual(code, 0);
    assert.doesNotMatch(await debs(machine), /bootagent-test-a 1\.0/);
  });

  test('takes a key by its id from a key server, and leaves a source out whose key is another', async () => {
    using machine = signed();
    await emptied(machine);
    await using server = await tlsServer(machine.folder, () => machine.key);
    machine.write('/etc/ssl/certs/ca-certificates.crt', server.cert);
    const from = `keyserver: "${server.url}"`;
    const source = (id: string) =>
      `source: "deb [signed-by=$KEY_FILE] file:${machine.repo} ./", keyid: "${id}", ${from}`;
    const wrong = machine.fingerprint.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const text = `apt: {sources: {other: {${source(wrong)}}, mine: {${source(machine.fingerprint)}}}}\npackages: [bootagent-test-a]\n`;
    const { text: said } = await machine.agent(text, ...only);
    assert.match(said, /apt\.sources\.other: .* gave another key: /);
    assert.deepEqual(server.asked.at(-1), `/pks/lookup?op=get&options=mr&search=0x${machine.fingerprint}`);
    assert.equal(machine.text('/etc/apt/sources.list.d/other.list'), undefined);
    assert.equal(await debs(machine), 'bootagent-test-a 1.0', said);
  });

  test('writes a list, proxies and preferences that apt itself reads', async () => {
    using machine = signed();
    const text = `apt:
  primary: [{arches: [default], uri: "http://mirror.example.org/debian"}]
  security: [{arches: [default], uri: "http://mirror.example.org/security"}]
  disable_suites: [backports]
  proxy: "http://joe:hunter22@proxy.example.org:3128"
  conf: 'APT::Install-Recommends "false";'
  preferences: [{package: "*", pin: "release a=stable", pin-priority: 900}]
package_update: true
`;
    const run = await machine.agent(text, '--force', '--only', 'apt', '--dry-run');
    assert.doesNotMatch(run.text, /hunter22/);
    const { text: said } = await machine.agent(text, '--force', '--only', 'apt');
    assert.doesNotMatch(said, /hunter22/);
    const targets = await machine.sh(
      'apt-get indextargets --no-release-info --format "\\$(SITE) \\$(RELEASE)" | sort -u',
    );
    const suites = ['bookworm', 'bookworm-updates', 'bookworm-security'].sort();
    const release = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
    assert.deepEqual(
      targets.text
        .trim()
        .split('\n')
        .filter((line) => line.includes('mirror.example.org'))
        .map((line) => line.split(' ')[1])
        .sort(),
      suites.map((each) => each.replace('bookworm', release)).sort(),
      targets.text,
    );
    const conf = await machine.sh(
      'apt-config dump | grep -E "^(Acquire::http::Proxy|APT::Install-Recommends) "; apt-cache policy | grep -c "^ 900 "',
    );
    assert.match(conf.text, /^APT::Install-Recommends "false";$/m);
    assert.match(conf.text, /^Acquire::http::Proxy "http:\/\/joe:hunter22@proxy\.example\.org:3128";$/m);
  });

  test('answers the questions of packages, and shows no password', async () => {
    using machine = sandbox();
    const text = `apt:
  debconf_selections:
    one: |
      # comment
      bootagent-mail bootagent-mail/type select Local only
      bootagent-mail bootagent-mail/secret password topsecret
`;
    const { code, text: said } = await machine.agent(text, '--force', '--only', 'apt');
    assert.equal(code, 0, said);
    assert.doesNotMatch(said, /topsecret/);
    const answers = await machine.sh(
      'grep -A3 "^Name: bootagent-mail" /var/cache/debconf/config.dat; grep -c topsecret /var/cache/debconf/passwords.dat',
    );
    assert.match(answers.text, /Value: Local only/);
    assert.match(answers.text, /^1$/m);
    // The settings of the instance are kept for root alone.
    const open = await machine.sh(
      'find /run /var/lib/bootagent /var/log /var/cache/debconf -type f -perm /044 -exec grep -l topsecret {} +',
    );
    assert.equal(open.text, '');
  });
});
