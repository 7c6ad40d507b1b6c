import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootagent } from '../support/command-line.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-misplaced-'));
after(() => rmSync(scratch, { recursive: true }));

// An answer that is final: nothing is fetched again.
const server = createServer((_, response) => response.writeHead(404).end());
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
after(() => server.close());
const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;

const mark = (name: string): string => `S3cret-${name}-x9Qz`;

/** Each secret in a wrong place, with its own mark: as a text among mappings, in a URL, under a wrong key. */
const documents: Readonly<Record<string, string>> = {
  'below keys': `#cloud-config
password: [${mark('list')}]
chpasswd:
  list: {debian: ${mark('mapping')}}
  users:
  - debian:${mark('line')}
  - {name: debian, "debian:${mark('key')}": }
users:
- debian:${mark('user')}
- {name: debian, plain_text_password: ${mark('misspelt')}}
ubuntu_pro: {token: ${mark('unread')}}
condor: {central_manager: head, idtoken: [${mark('condor')}]}
ssh_keys: ${mark('ssh')}
packages: ["https://${mark('authority')}@${origin}/x.rpm"]
phone_home: {url: "http://${origin}/?token=${mark('query')}&x=1"}
write_files:
- {path: /etc/a, source: {uri: "ftp://me:${mark('ftp')}@h/x"}}
- {path: /etc/b, source: {uri: "ftp://me:a/${mark('slash')}@h/x"}}
- {path: /etc/c, source: {uri: "http://${origin}/x?${mark('whole')}"}}
- {path: /etc/d, source: {uri: "http://h/x", headers: "Authorization: ${mark('header')}"}}
- {path: /etc/e, source: {uri: "http://h/x", headers: {X: "${mark('crlf')}\\r\\nY: 1"}}}
`,
  'as a whole section': `#cloud-config\nchpasswd: ${mark('section')}\ncondor: ${mark('word')}\n`,
  'in what is included': `#include\nftp://me:${mark('include')}@h/x\nhttp://me:${mark('fetched')}@${origin}/\n`,
};

function tree(): string {
  const root = mkdtempSync(join(scratch, 'root-'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  writeFileSync(join(root, 'etc/shadow'), 'root:!:1::::::\n');
  chmodSync(join(root, 'etc/shadow'), 0o600);
  return root;
}

/** Returns all output of the commands for this user-data, and the content of the files they leave readable for others. */
async function shown(input: string): Promise<{ readonly printed: string; readonly readable: string }> {
  const root = tree();
  const file = join(root, 'user-data');
  writeFileSync(file, input, { mode: 0o600 });
  const words = ['--root', root, '--user-data', file];
  const unit = { BOOTAGENT_UNIT: '1' };
  const said: string[] = [];
  const record = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> => {
    const { code, out, err } = await bootagent(args, { env });
    assert.doesNotMatch(err, /^ +at .*:\d+/m, args.join(' '));
    assert.notEqual(code, null);
    said.push(out, err);
  };
  const previews = [
    ['plan', ...words, '--debug'],
    ['plan', ...words, '--format', 'json'],
    ['config', ...words],
    ['config', ...words, '--format', 'json'],
    ['validate', file],
    ['validate', '--format', 'json', file],
    ['validate', '--format', 'github', file],
  ];
  await Promise.all(previews.map((args) => record(args)));
  await record(['run', ...words], unit);
  await record(['status', '--root', root]);
  await record(['status', '--root', root, '--format', 'json']);
  const readable = execFileSync('find', [root, '-type', 'f', '-perm', '/044', '-exec', 'grep', '-rn', '', '{}', '+']);
  return { printed: said.join('\n'), readable: String(readable) };
}

describe('a secret in the wrong place is in nothing that is printed or that others may read', {
  concurrency: 2,
}, () => {
  for (const [name, input] of Object.entries(documents)) {
    test(name, async () => {
      const { printed, readable } = await shown(input);
      assert.match(readable, /"schema_version"/);
      assert.deepEqual(
        [...`${printed}\n${readable}`.matchAll(/.*S3cret-.*/g)].map(([line]) => line),
        [],
      );
    });
  }
});

test('a password that equals a name leaves no gap in its place', async () => {
  const { printed, readable } = await shown(
    '#cloud-config\nchpasswd: {expire: false, list: "root:root"}\nuser: {name: plain, plain_text_passwd: plain}\n',
  );
  assert.match(printed, /plain-password root/);
  assert.doesNotMatch(`${printed}${readable}`.replace(/^.*# \S*user-data:\d+:\d+$|"value": .*/gm, ''), /\(hidden\)/);
});

test('config prints secrets when it is asked to', async () => {
  const root = tree();
  const words = ['config', '--root', root, '--user-data', '-'];
  const input = `#cloud-config
password: hunter2
write_files:
- {path: /etc/open, content: seen}
- {path: /etc/key, content: unseen, permissions: "0600", source: {uri: "https://me:pw@h/x?k=v"}}
`;
  const hiding = await bootagent(words, { input });
  assert.match(hiding.out, /^password: \(hidden\) /m);
  assert.match(hiding.out, /"seen"/);
  assert.match(hiding.out, /"https:\/\/h\/x\?k=\(hidden\)"/);
  assert.doesNotMatch(hiding.out, /hunter2|unseen/);
  const showing = await bootagent([...words, '--show-secrets'], { input });
  for (const text of ['"hunter2"', '"unseen"', '"https://me:pw@h/x?k=v"']) assert.ok(showing.out.includes(text), text);
});
