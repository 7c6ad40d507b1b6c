import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootagent } from '../support/command-line.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-report-'));
after(() => rmSync(scratch, { recursive: true }));

const mark = (name: string): string => `S3cret-${name}-x9Qz`;
const base64 = (name: string): string => Buffer.from(mark(name)).toString('base64');

const userData = `#cloud-config
password: ${mark('password')}
chpasswd:
  list: |
    eve:${mark('list')}
  users:
  - {name: eve, password: ${mark('users')}, type: text}
  - {name: adam, password: "$6$salt$${mark('hash')}"}
users:
- default
- {name: eve, plain_text_passwd: ${mark('plain')}}
- {name: adam, hashed_passwd: "$6$salt$${mark('hashed')}"}
- {name: seth, passwd: "$y$salt$${mark('yescrypt')}"}
- {name: zoe, plain_text_password: ${mark('misspelt')}}
condor: {central_manager: head.example, security: password, password: ${mark('condor')}, idtoken: ${mark('idtoken')}}
ssh_keys:
  ed25519_private: |
    -----BEGIN OPENSSH PRIVATE KEY-----
    ${mark('host-key')}
    -----END OPENSSH PRIVATE KEY-----
random_seed: {file: /var/lib/seeded, data: ${mark('seed')}}
ubuntu_pro: {token: ${mark('unread')}}
phone_home: {url: "http://127.0.0.1:9/?token=${mark('query')}&x=1"}
packages: ["https://me:${mark('authority')}@127.0.0.1:9/x.rpm"]
yum_repos: {site: {baseurl: "http://127.0.0.1:9/", password: ${mark('repository')}}}
wireguard: {interfaces: [{name: wg0, content: "[Interface]\\nPrivateKey = ${mark('wireguard')}\\nPresharedKey=${mark('preshared')}"}]}
write_files:
- {path: /etc/own/public, content: "nothing is known of ${mark('public-file')}"}
- {path: /etc/own/private, content: "${mark('private-file')}", permissions: "0600"}
- {path: /etc/own/encoded, content: "${base64('encoded-file')}", encoding: b64}
- {path: /etc/own/token, permissions: "0600", source: {uri: "http://me:${mark('uri')}@127.0.0.1:9/x", headers: {Authorization: "Bearer ${mark('header')}", X-Auth-Token: ${mark('token-header')}}}}
bootcmd:
- condor_store_cred add -c -p ${mark('bootcmd')}
runcmd:
- mysql -p${mark('mysql')} -e 'select 1'
- [curl, -u, "me:${mark('curl')}", "http://127.0.0.1:9/"]
- "export DB_PASSWORD=${mark('variable')}"
- "echo eve:${mark('piped')} | chpasswd"
- "curl -H 'Authorization: Bearer ${mark('bearer')}' http://127.0.0.1:9/"
- sshpass -p ${mark('sshpass')} ssh host
- "printf '[Interface]\\nPrivateKey = ${mark('runcmd-wireguard')}\\n' >/etc/wireguard/wg0.conf"
- "http_proxy=http://me:${mark('proxy')}@proxy:3128 true"
postgres: {admin_password: {credential: db}}
`;

const vendorData = `#cloud-config\nchpasswd: {list: ["root:${mark('vendor')}"]}\n`;
const image = `condor: {password: ${mark('image')}}\ndatasource: {OpenStack: {api_token: ${mark('datasource')}}}\n`;

const instance = {
  id: 'i-0123',
  datasource: 'openstack',
  publicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPublicPublicPublicPublicPublicPublicPublic1 me@here'],
  userData: Buffer.from(userData).toString('base64'),
  vendorData: [Buffer.from(vendorData).toString('base64')],
  secrets: [mark('instance')],
  metadata: {
    meta_data: {
      admin_pass: mark('admin-pass'),
      random_seed: mark('random-seed'),
      meta: { token: mark('meta-token'), role: 'worker', note: `it is ${mark('instance')}` },
      keys: [{ api_key: mark('api-key') }],
      secrets: { any: mark('below-secrets') },
    },
  },
  ready: { url: 'http://169.254.169.254/password', method: 'POST', headers: { X: mark('ready') }, body: mark('body') },
};

const jwt = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(mark('jwt')).toString('base64url')}.c2ln`;
const log = `the password of eve is ${mark('list')}
and in base64 ${base64('users')}, in hexadecimal ${Buffer.from(mark('plain')).toString('hex')}
export AWS_ACCESS_KEY_ID=AKIAS3CRETLOG0000001 and AKIAS3CRETLOG0000002
token: ${jwt}
${jwt}
-----BEGIN RSA PRIVATE KEY-----
${mark('log-key')}
-----END RSA PRIVATE KEY-----
> Authorization: Basic ${base64('log-basic')}
> X-Vault-Token: ${mark('log-vault')}
setup --password ${mark('log-option')} --token=${mark('log-token')}
DB_PASSWORD="${mark('log-variable')}"
{"client_secret": "${mark('log-json')}"}
root:$6$rounds=5000$salt$${mark('log-hash')}:19000:0
cloning https://me:${mark('log-url')}@example.org/x?sig=${mark('log-query')}
private-token: ${mark('log-private')}
ghp_S3cretS3cretS3cretS3cretS3cretS3cret0
credential: ${mark('credential')}
-----BEGIN PRIVATE KEY-----
${mark('log-cut-key')}
`;

/** The secrets in all their forms. */
const planted: readonly string[] = [
  ...new Set([
    ...[userData, vendorData, image, JSON.stringify(instance), log].flatMap(
      (text) => text.match(/S3cret-[\w-]+?-x9Qz/g) ?? [],
    ),
    ...['encoded-file', 'users', 'log-basic'].map(base64),
    mark('credential'),
    Buffer.from(mark('plain')).toString('hex'),
    jwt,
    'AKIAS3CRETLOG0000001',
    'AKIAS3CRETLOG0000002',
    'ghp_S3cretS3cretS3cretS3cretS3cretS3cret0',
  ]),
];

function tree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(scratch, 'root-'));
  for (const [path, text] of Object.entries({
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    'etc/group': '',
    ...files,
  })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Unpacks an archive with the system's tar, and returns its files. */
function unpacked(archive: string): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(scratch, 'unpacked-'));
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    lstatSync(join(folder, path)).isFile(),
  );
  return new Map(files.map((path) => [path.slice(path.indexOf('/') + 1), readFileSync(join(folder, path), 'utf8')]));
}

async function reportOf(
  root: string,
): Promise<{ files: ReadonlyMap<string, string>; printed: string; archive: string }> {
  const archive = join(root, 'report.tar.gz');
  const { code, out, err } = await bootagent(['report', '--root', root, '--out', archive]);
  assert.equal(code, 0, err);
  return { files: unpacked(archive), printed: `${out}${err}`, archive };
}

const full = {
  'var/lib/bootagent/instance.json': JSON.stringify(instance),
  'var/lib/bootagent/journal.ndjson': `{"is":"format","version":1}\n{"is":"turn","module":"runcmd","scope":"instance:i-0123","hash":"h","failed":{"runcmd":{"tries":1,"code":"script-failed","message":"mysql said ${mark('mysql')}"}}}\n{"torn ${mark('list')}`,
  'var/lib/bootagent/notes.json': JSON.stringify([{ level: 'warning', text: `curl -u me:${mark('curl')}` }]),
  'run/bootagent/status.json': JSON.stringify({ state: 'failed', notes: [{ text: `http://me:${mark('uri')}@h/` }] }),
  'etc/bootagent/bootagent.yaml': image,
  'etc/bootagent/conf.d/10-broken.yaml': 'a: [\n',
  'etc/credstore/db': mark('credential'),
  'var/log/bootagent/runcmd.log': log,
};

describe('the archive for a bug report', { concurrency: 2 }, () => {
  test('holds none of the secrets that are planted wherever a secret may be', async () => {
    assert.ok(planted.length >= 60, `${planted.length} secrets`);
    const { files, printed } = await reportOf(tree(full));
    const all = [...files, ['printed', printed] as const];
    const leaks = planted.flatMap((secret) =>
      all.flatMap(([name, text]) => (text.includes(secret) || name.includes(secret) ? [`${name}: ${secret}`] : [])),
    );
    assert.deepEqual(leaks, []);
  });

  test('still says what was configured, what failed and what was logged', async () => {
    const { files } = await reportOf(tree(full));
    const json = (name: string) => JSON.parse(files.get(name) ?? 'null');
    assert.equal(json('user-data.json').config.chpasswd.users[0].name, 'eve');
    assert.match(files.get('user-data.json') ?? '', /mysql -p\(hidden\) -e 'select 1'/);
    assert.equal(json('user-data.json').config.write_files[0].path, '/etc/own/public');
    assert.match(json('user-data.json').config.write_files[0].content, /^\(hidden\) \d+ bytes$/);
    assert.equal(json('instance.json').metadata.meta_data.meta.role, 'worker');
    assert.equal(json('journal.json')[1].failed.runcmd.message, 'mysql said (hidden)');
    assert.equal(json('config/01_etc_bootagent_bootagent.yaml.json').configs[0].condor.password, '(hidden)');
    assert.match(files.get('logs/runcmd.log') ?? '', /^the password of eve is \(hidden\)$/m);
    assert.match(files.get('logs/runcmd.log') ?? '', /^cloning https:\/\/example\.org\/x\?sig=\(hidden\)$/m);
    assert.equal(json('plan.json').schema_version, 1);
    assert.ok(json('facts.json').cpus > 0);
  });

  test('names what it lacks, and lists what it has', async () => {
    const { files } = await reportOf(tree(full));
    const { files: listed, missing } = JSON.parse(files.get('report.json') ?? '');
    assert.deepEqual(
      [...files.keys()].sort(),
      ['report.json', ...listed.map(({ name }: { name: string }) => name)].sort(),
    );
    const names = missing.map(({ name }: { name: string }) => name);
    assert.ok(names.includes('boots.json') && names.includes('/etc/bootagent/conf.d/10-broken.yaml'), names.join(' '));
  });

  test('is made of a machine on which bootagent never ran, and of one whose records are damaged', async () => {
    const empty = await reportOf(tree({}));
    assert.ok(empty.files.has('facts.json') && empty.files.has('report.json'));
    const damaged = await reportOf(
      tree({ ...full, 'var/lib/bootagent/instance.json': '{"id":', 'run/bootagent/status.json': '\0\0' }),
    );
    assert.match(damaged.files.get('report.json') ?? '', /instance\.json/);
    assert.ok(damaged.files.has('logs/runcmd.log'));
    const lines = await reportOf(tree({ 'var/lib/bootagent/notes.json': '{"text":\nnull\n' }));
    assert.deepEqual(JSON.parse(lines.files.get('notes.json') ?? ''), ['{"text":', null]);
  });

  test('is for its owner alone, even where a file with its name exists', async () => {
    const root = tree({ 'report.tar.gz': 'open' });
    const { archive } = await reportOf(root);
    assert.equal(statSync(archive).mode & 0o777, 0o600);
    const modes = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8' }).trim().split('\n');
    assert.ok(modes.every((line) => line.startsWith('-rw-------')));
  });

  test('replaces nothing but a file or a link', async () => {
    const root = tree({ other: 'kept' });
    const out = (name: string) => bootagent(['report', '--root', root, '--out', join(root, name)]);
    mkdirSync(join(root, 'folder'));
    const { code, err } = await out('folder');
    assert.equal(code, 4);
    assert.match(err, /--out \S+folder: cannot be written \(EISDIR\)/);
    symlinkSync('other', join(root, 'link'));
    assert.equal((await out('link')).code, 0);
    assert.equal(readFileSync(join(root, 'other'), 'utf8'), 'kept');
    assert.ok(lstatSync(join(root, 'link')).isFile());
  });
});
