import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { settingsLoader } from '../../agent/config/load-settings.ts';
import type { Settings } from '../../agent/config/settings.ts';
import { type Instance, noInstance } from '../../agent/metadata/datasource.ts';
import { memoryStore } from '../../agent/state/store.ts';
import { bootagent } from '../support/command-line.ts';
import { memoryHost } from '../support/memory-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-policy-'));
after(() => rmSync(folder, { recursive: true }));

const keygen = (...args: readonly string[]) => execFileSync('ssh-keygen', args, { cwd: folder, stdio: 'pipe' });
keygen('-q', '-N', '', '-t', 'ed25519', '-f', 'key');
const signers = `alice ${readFileSync(join(folder, 'key.pub'), 'utf8')}`;
function signed(text: string): string {
  writeFileSync(join(folder, 'text'), text);
  rmSync(join(folder, 'text.sig'), { force: true });
  keygen('-Y', 'sign', '-f', 'key', '-n', 'bootagent', 'text');
  return text + readFileSync(join(folder, 'text.sig'), 'utf8');
}

interface Given {
  readonly user?: string;
  readonly vendor?: string;
  readonly signers?: string | undefined;
  readonly web?: Readonly<Record<string, string>>;
}

async function settingsOf(image: string, given: Given): Promise<Settings & { readonly warned: readonly string[] }> {
  const warned: string[] = [];
  const files = given.signers === undefined ? {} : { '/etc/bootagent/allowed_signers': given.signers };
  const load = settingsLoader({
    version: '1',
    layers: [{ path: '/etc/bootagent/bootagent.yaml', text: image }],
    store: memoryStore(new Map()),
    host: memoryHost({ files, web: given.web ?? {} }),
    warn: ({ message }) => void warned.push(message),
  });
  const instance: Instance = {
    ...noInstance,
    id: 'i-1',
    publicKeys: ['a key'],
    ...(given.user !== undefined && { userData: Buffer.from(given.user) }),
    vendorData: given.vendor === undefined ? [] : [Buffer.from(given.vendor)],
  };
  await load(instance);
  // The result of a later boot, which may read the cache.
  warned.length = 0;
  return { ...(await load(instance)), warned };
}

const keysIn = ({ config }: Settings): readonly string[] => [...config.entries.keys()];
const found = ({ findings }: Settings): readonly string[] =>
  findings.map(({ level, code, at, message }) => `${level} ${code} ${at}: ${message}`);

test('user-data cannot set the exit code of cloud-init status', async () => {
  const settings = await settingsOf('locale: C\n', { user: '#cloud-config\ncompat: {degraded_exit: 0}\n' });
  assert.match(found(settings).join(), /warning unsupported compat: only the configuration of an image/);
  assert.deepEqual(keysIn(settings), ['locale']);
});

describe('require_signature', () => {
  const image = 'require_signature: true\nlocale: C\n';
  const text = '#cloud-config\nhostname: vm\nrequire_signature: false\n';

  test('lets signed user-data count, and says who signed it', async () => {
    const settings = await settingsOf(image, { user: signed(text), signers });
    assert.deepEqual(keysIn(settings), ['require_signature', 'locale', 'hostname']);
    assert.match(settings.told[0] ?? '', /^user-data is signed by alice \(SHA256:/);
  });

  test('cannot be taken back by user-data, which is told', async () => {
    const settings = await settingsOf(image, { user: signed(text), signers });
    assert.match(found(settings).join(), /warning unsupported require_signature: only the configuration of an image/);
    assert.deepEqual(keysIn(await settingsOf(image, { user: text, signers })), ['require_signature', 'locale']);
  });

  for (const [what, given, reason] of [
    ['unsigned user-data', { user: text, signers }, /error unsigned : it is refused: it has no signature/],
    ['altered user-data', { user: signed(text).replace('vm', 'mv'), signers }, /error unsigned .*was changed/],
    ['a script without a signature', { user: '#!/bin/sh\n', signers }, /error unsigned/],
    ['user-data where no signers are named', { user: signed(text), signers: '' }, /not among the allowed signers/],
    ['user-data where the file of signers is missing', { user: signed(text) }, /not among the allowed signers/],
    ['vendor-data without a signature, as a warning', { vendor: text, signers }, /^warning unsigned/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const settings = await settingsOf(image, given);
      assert.deepEqual([keysIn(settings), settings.scripts], [['require_signature', 'locale'], []]);
      assert.match(found(settings).join('\n'), reason);
    });
  }

  test('asks a signature of its own of what signed user-data includes', async () => {
    const inner = '#cloud-config\ntimezone: UTC\n';
    const web = { 'GET http://h/good': signed(inner), 'GET http://h/bad': inner };
    const good = await settingsOf(image, { user: signed('#include\nhttp://h/good\n'), signers, web });
    assert.deepEqual(keysIn(good), ['require_signature', 'locale', 'timezone']);
    const bad = await settingsOf(image, { user: signed('#include\nhttp://h/bad\n'), signers, web });
    assert.deepEqual(keysIn(bad), ['require_signature', 'locale']);
    assert.match(found(bad).join(), /http:\/\/h\/bad could not be fetched: it is refused: it has no signature/);
  });

  for (const [what, own] of [
    ['another word', 'require_signature: maybe\n'],
    ['a list', 'require_signature: [true]\n'],
    ['an empty value', 'require_signature:\n'],
    ['a file that is no YAML', 'require_signature: true\nlocale: [\n'],
  ] as const) {
    test(`counts as true where it is ${what}`, async () =>
      assert.match(found(await settingsOf(own, { user: text, signers })).join(), /error unsigned/));
  }

  test('counts for nothing where it is false, or in a comment', async () => {
    for (const own of ['require_signature: false\n', '# require_signature: true\n'])
      assert.ok(keysIn(await settingsOf(own, { user: text, signers })).includes('hostname'), own);
  });
});

describe('user_data.only', () => {
  const text = '#cloud-config\nhostname: vm\nruncmd: [x]\nuser_data: {only: [runcmd]}\n';
  const image = 'user_data: {only: [hostname, ssh_authorized_keys]}\nruncmd: [own]\n';

  test('leaves out the other keys of user-data and vendor-data, each with its line, and keeps those of the image', async () => {
    const settings = await settingsOf(image, { user: text, vendor: '#cloud-config\npackages: [a]\n' });
    assert.deepEqual(keysIn(settings), ['user_data', 'runcmd', 'hostname']);
    const runcmd = settings.config.entries.get('runcmd')?.value;
    assert.equal(runcmd?.place.source, '/etc/bootagent/bootagent.yaml');
    const refused = settings.findings.filter(({ code }) => code === 'refused-by-image');
    assert.deepEqual(
      refused.map(({ level, at, place }) => `${level} ${at} ${place.source}:${place.line}`),
      ['error packages vendor-data:2', 'error runcmd user-data:3'],
    );
  });

  test('takes scripts only where it names them', async () => {
    const refused = await settingsOf(image, { user: '#!/bin/sh\n' });
    assert.deepEqual(refused.scripts, []);
    assert.match(found(refused).join(), /error refused-by-image : .*scripts: part-001/);
    assert.equal((await settingsOf('user_data: {only: [scripts]}\n', { user: '#!/bin/sh\n' })).scripts.length, 1);
  });

  for (const [what, own, rest] of [
    ['an empty list', 'user_data: {only: []}\n', []],
    ['a single name', 'user_data: {only: hostname}\n', ['hostname']],
    ['nothing', 'user_data: {only: }\n', []],
    ['a mapping', 'user_data: {only: {hostname: }}\n', []],
    ['another key', 'user_data: {onyl: [hostname]}\n', []],
    ['a text', 'user_data: hostname\n', []],
    ['a list with a list in it', 'user_data: {only: [[runcmd], hostname]}\n', ['hostname']],
    ['in a file that is no YAML', 'user_data: {only: [runcmd]}\nlocale: [\n', []],
  ] as const) {
    test(`that is ${what} lets user-data use ${rest.join() || 'nothing'}`, async () => {
      const settings = await settingsOf(own, { user: text });
      const used = keysIn(settings).filter((key) => key !== 'user_data');
      assert.deepEqual(used, rest);
    });
  }
});

test('what the image refuses is a problem that run, status and the banner show', async () => {
  const root = mkdtempSync(join(folder, 'root-'));
  mkdirSync(join(root, 'etc/bootagent'), { recursive: true });
  writeFileSync(join(root, 'etc/bootagent/bootagent.yaml'), 'require_signature: true\n');
  writeFileSync(join(root, 'etc/bootagent/allowed_signers'), signers);
  const words = ['--root', root, '--user-data', '-'];
  const unsigned = '#cloud-config\nwrite_files: [{path: /etc/made, content: x}]\n';
  const { code, out } = await bootagent(['run', ...words], { input: unsigned });
  assert.equal(code, 2);
  assert.match(out, /x user-data +failed: user-data:1:1: it is refused: it has no signature/);
  const status = await bootagent(['status', '--root', root]);
  assert.match(status.out, /user-data +problems/);
  const { modules } = JSON.parse(readFileSync(join(root, 'run/bootagent/status.json'), 'utf8'));
  assert.deepEqual(modules['user-data'].problems[0].code, 'unsigned');
  await bootagent(['run', ...words], { input: signed(unsigned) });
  assert.equal(readFileSync(join(root, 'etc/made'), 'utf8'), 'x');
});
