import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readCredentials } from '../../agent/config/credentials.ts';
import { bootagent } from '../support/command-line.ts';
import { type Given, memoryHost } from '../support/memory-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-credentials-'));
after(() => rmSync(folder, { recursive: true }));

const read = async (name: string, given: Given, directory?: string): Promise<string | undefined> =>
  (await readCredentials([name], memoryHost(given), directory)).get(name);

describe('a credential', () => {
  const files = {
    '/run/credentials/bootagent.service/a': 'unit',
    '/run/credentials/@system/a': 'system\n',
    '/run/credentials/@system/two': 'one\ntwo\n',
    '/etc/credstore/a': 'store',
    '/etc/credstore/b': 'store b\r\n',
    '/etc/shadow': 'root:x',
  };
  for (const [name, directory, value] of [
    ['a', '/run/credentials/bootagent.service', 'unit'],
    ['a', undefined, 'system'],
    ['b', '/run/credentials/bootagent.service', 'store b'],
    ['two', undefined, 'one\ntwo'],
    ['none', undefined, undefined],
    ['../../etc/shadow', undefined, undefined],
    ['..', undefined, undefined],
    ['', undefined, undefined],
  ] as const) {
    test(`${JSON.stringify(name)} ${directory ? 'of a unit ' : ''}is ${JSON.stringify(value)}`, async () =>
      assert.equal(await read(name, { files }, directory), value));
  }

  test('is not read from a link, nor where it is larger than systemd lets one be', async () => {
    const links = { '/etc/credstore/link': '/etc/shadow' };
    assert.equal(await read('link', { files, links }), undefined);
    assert.equal(await read('big', { files: { '/etc/credstore/big': 'x'.repeat(2 ** 20 + 1) } }), undefined);
  });

  test('that is encrypted is decrypted by systemd, under its name', async () => {
    const asked: string[] = [];
    const decrypt = (args: readonly string[]) => {
      asked.push(args.join(' '));
      return args.includes('--name=good') ? 'plain\n' : { code: 1 };
    };
    const encrypted = { '/etc/credstore.encrypted/good': 'x', '/run/credentials/@encrypted/bad': 'x' };
    const given = { files: encrypted, programs: { 'systemd-creds': decrypt } };
    assert.equal(await read('good', given), 'plain');
    assert.equal(await read('bad', given), undefined);
    assert.deepEqual(asked, [
      'decrypt --newline=no --name=good /etc/credstore.encrypted/good',
      'decrypt --newline=no --name=bad /run/credentials/@encrypted/bad',
    ]);
    assert.equal(await read('good', { ...given, offline: true }), undefined);
  });
});

const asRoot = { skip: process.getuid?.() !== 0 && 'only root may change passwords' };

test('a secret by its credential is in the file it is for, and in no plan, status or state', asRoot, async () => {
  const root = mkdtempSync(join(folder, 'root-'));
  for (const path of ['etc/credstore', 'var/lib']) mkdirSync(join(root, path), { recursive: true });
  const hash = '$6$salt$S3cretHashOfApassword';
  for (const [path, text, mode] of [
    ['etc/passwd', 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n', 0o644],
    ['etc/group', 'root:x:0:\nann:x:1000:\n', 0o644],
    ['etc/shadow', 'root:!:1::::::\nann:!:1::::::\n', 0o600],
    ['etc/credstore/ann', `${hash}\n`, 0o600],
  ] as const) {
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  }
  const input =
    '#cloud-config\nchpasswd: {expire: false, users: [{name: ann, password: {credential: ann}}, {name: ann, password: {credential: none}}]}\n';
  const words = ['--root', root, '--user-data', '-', '--only', 'passwords'];
  const plan = await bootagent(['plan', ...words], { input });
  assert.match(plan.out, /password of ann/);
  assert.match(plan.out, /user-data:2:\d+: chpasswd\.users\[1\]\.password: this machine has no credential "none"/);
  const run = await bootagent(['run', ...words, '--format', 'json'], { input });
  const status = await bootagent(['status', '--root', root, '--format', 'json']);
  const config = await bootagent(['config', '--root', root, '--user-data', '-', '--show-secrets'], { input });
  for (const { out, err } of [plan, run, status, config]) assert.doesNotMatch(out + err, /S3cret/);
  assert.match(readFileSync(join(root, 'etc/shadow'), 'utf8'), /^ann:\$6\$salt\$S3cret/m, run.out);
  const kept = ['journal.ndjson', 'settings.json'].map((name) => join(root, 'var/lib/bootagent', name));
  for (const path of kept.filter((path) => existsSync(path))) assert.doesNotMatch(readFileSync(path, 'utf8'), /S3cret/);
  assert.doesNotMatch(readFileSync(join(root, 'run/bootagent/status.json'), 'utf8'), /S3cret/);
});

test('the content of a file may be a credential, which only root can read and nothing shows', asRoot, async () => {
  const root = mkdtempSync(join(folder, 'root-'));
  mkdirSync(join(root, 'etc/credstore'), { recursive: true });
  writeFileSync(join(root, 'etc/credstore/first-cred'), 'S3cretToken\n');
  writeFileSync(join(root, 'etc/credstore/second-cred'), Buffer.from('S3cretPacked').toString('base64'));
  writeFileSync(join(root, 'etc/open'), 'old\n');
  const input = `#cloud-config
write_files:
- {path: /etc/token, content: {credential: first-cred}}
- {path: /etc/packed, encoding: b64, content: {credential: second-cred}}
- {path: /etc/open, content: {credential: first-cred}, permissions: '0644'}
- {path: /etc/none, content: {credential: none}}
`;
  const words = ['--root', root, '--user-data', '-', '--only', 'write_files'];
  const plan = await bootagent(['plan', ...words], { input });
  assert.match(plan.out, /\/etc\/token/);
  assert.match(plan.out, /user-data:6:\d+: write_files\[3\]\.content: this machine has no credential "none"/);
  const run = await bootagent(['run', ...words, '--format', 'json'], { input });
  const config = await bootagent(['config', '--root', root, '--user-data', '-', '--show-secrets'], { input });
  for (const { out, err } of [plan, run, config]) assert.doesNotMatch(out + err, /S3cret/);
  assert.doesNotMatch(readFileSync(join(root, 'run/bootagent/status.json'), 'utf8'), /S3cret/);
  const modeOf = (name: string) => (statSync(join(root, 'etc', name)).mode & 0o777).toString(8);
  const textOf = (name: string) => readFileSync(join(root, 'etc', name), 'utf8');
  assert.deepEqual(['token', 'packed', 'open'].map(textOf), ['S3cretToken', 'S3cretPacked', 'S3cretToken']);
  assert.deepEqual(['token', 'packed', 'open'].map(modeOf), ['600', '600', '644']);
  assert.equal(existsSync(join(root, 'etc/none')), false);
});

test('validate says that a credential is read on the machine alone, and finds no fault', async () => {
  const input = '#cloud-config\npassword: {credential: p}\nrandom_seed: {data: {credential: s}}\n';
  const { code, out } = await bootagent(['validate', '-'], { input });
  assert.equal(code, 0);
  assert.match(out, /password: the credential "p" is read on the machine alone/);
});
