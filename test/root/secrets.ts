import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { sandbox } from './support/sandbox.ts';

const mark = (name: string): string => `S3cret-${name}-x9Qz`;
/** A command and the last line of its output are shown to everyone; what a script prints before that is for root alone. */
const encoded = (name: string): string => Buffer.from(`${mark(name)}\n`).toString('base64');
const hash = (name: string): string => `$6$salt$${mark(name)}`;

/** User-data with a secret in every place that can hold one; each has a distinct mark, and no mark is contained in another. */
const userDataWith = (privateKey: string): string => `#cloud-config
password: ${mark('password')}
chpasswd:
  expire: false
  list:
  - eve:${mark('list')}
  - adam:${hash('list-hash')}
  - root:${mark('list-root')}
  users:
  - {name: eve, password: ${mark('users')}, type: text}
  - {name: adam, password: "${hash('users-hash')}"}
  - {name: mallory, password: ${mark('wrong-key')}, typ: text}
users:
- default
- {name: eve, plain_text_passwd: ${mark('plain')}, lock_passwd: false}
- {name: adam, hashed_passwd: "${hash('hashed')}"}
- {name: seth, passwd: "${hash('passwd')}"}
- {name: "wrong:name", passwd: "${hash('refused')}"}
- {name: zoe, plain_text_passwd: [${mark('wrong-shape')}]}
condor:
  central_manager: head.example
  security: password
  password: ${mark('condor')}
  idtoken: ${mark('idtoken')}
ssh_keys:
  ed25519_private: |
${privateKey.replace(/^/gm, '    ').trimEnd()}
  rsa_private: |
    -----BEGIN OPENSSH PRIVATE KEY-----
    ${mark('no-key')}
    -----END OPENSSH PRIVATE KEY-----
random_seed: {file: /var/lib/seeded, data: ${mark('seed')}}
write_files:
- {path: /etc/own/private, content: "${mark('file')}", permissions: "0600"}
- {path: /etc/own/token, permissions: "0600", content: instead, source: {uri: "http://me:${mark('url')}@127.0.0.1:9/x", headers: {Authorization: "Bearer ${mark('header')}"}}}
bootcmd:
- condor_store_cred add -c -p ${mark('bootcmd')}
runcmd:
- condor_store_cred add -c -p ${mark('argument')}
- "W=${mark('variable')}; condor_store_cred add -c -p $W"
- "echo ${encoded('said')} | base64 -d; echo ${encoded('said-error')} | base64 -d >&2; echo failed >&2; exit 3"
`;
const modules =
  'bootcmd,users,users_each_boot,passwords,ssh_host_keys,random_seed,write_files,write_files_deferred,condor,runcmd';

describe('secrets', {
  skip: unable('strace', 'useradd', 'chpasswd', 'ssh-keygen', 'unshare'),
  timeout: 300_000,
}, () => {
  test('are in no argument and no environment of a child, in nothing that is said, and in no file others can read', async () => {
    using box = sandbox();
    const key = join(box.folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const body = readFileSync(key, 'utf8').split('\n')[2] ?? '';
    assert.ok(body.length > 40);
    const userData = userDataWith(readFileSync(key, 'utf8'));
    box.write('/seed/user-data', userData);
    box.write('/seed/meta-data', 'instance-id: i-1\n');
    box.write('/var/lib/bootagent/fresh', '');
    box.write('/usr/local/sbin/condor_store_cred', '#!/bin/sh\ncat >/dev/null\n');

    const words = `${process.execPath} ${join(import.meta.dirname, '../../agent/main.ts')}`;
    const run = (more: string, file: string) =>
      `strace -f -v -s 1000000 -qq -o /traces/${file} -e trace=execve ${words} ${more} --seed /seed --only ${modules}`;
    const { text } = await box.sh(`
      chmod 700 /seed; chmod 755 /usr/local/sbin/condor_store_cred; mkdir -m 700 /traces
      : >/run/console; mount --bind /run/console /dev/console
      ${run('plan --as-new', 'plan')}; ${words} plan --as-new --format json --seed /seed
      BOOTAGENT_UNIT=1 INVOCATION_ID=x ${run('run', 'unit')}; echo "ended $?"
      ${run('run --force --debug', 'again')}
      ${words} status; ${words} status --format json
      echo == console; cat /run/console; echo == status; cat /run/bootagent/status.json
      echo == readable; setpriv --reuid=65534 --regid=65534 --clear-groups grep -rhE S3cret- /run
      echo == calls; cat /traces/*; echo == kept; ls -l /var/log/bootagent; cat /var/log/bootagent/runcmd.log /etc/own/private
      echo == config; ${words} config --user-data /seed/user-data`);

    const marks = [...new Set([...userData.matchAll(/S3cret-([\w-]+)-x9Qz/g)].map(([whole]) => whole)), body];
    assert.ok(marks.length >= 20, `${marks.length} secrets`);
    const [shown = '', kept = '', config = ''] = text.split(/== (?:kept|config)\n/);
    const leaks = [...marks.filter((each) => shown.includes(each))];
    assert.deepEqual(
      leaks,
      [],
      shown
        .split('\n')
        .filter((line) => leaks.some((each) => line.includes(each)))
        .join('\n')
        .slice(0, 5000),
    );

    const open = readableBelow(join(box.folder, 'upper')).map((path) => readFileSync(path, 'latin1'));
    assert.ok(
      open.some((content) => content.includes('eve:x:')),
      'the table of users was looked at',
    );
    assert.deepEqual(
      marks.filter((each) => open.some((content) => content.includes(each))),
      [],
    );

    // The same search finds what is visible.
    assert.match(shown, /^<[3-7]>/m, 'lines for the journal');
    assert.match(shown, /== console\nbootagent: /);
    assert.match(shown, /execve\("[^"]*useradd"/);
    assert.match(shown, /execve\("[^"]*chpasswd"/);
    assert.match(shown, /\["condor_store_cred", "add", "-c"/);
    assert.match(shown, /"schema_version": 1/);
    // As root, the settings show the text of scripts and files, and no value that is secret by its key.
    const told = ['file', 'said', 'said-error'].map(mark);
    assert.match(config, /\(hidden\)/);
    assert.deepEqual(
      marks.filter((each) => config.includes(each) && !told.includes(each)),
      [],
    );
    for (const name of ['said', 'said-error', 'file']) assert.ok(kept.includes(mark(name)), `${name} is for root`);
  });
});

/** Returns the files that every user can reach and read. */
function readableBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const { mode } = lstatSync(path);
    if (entry.isDirectory()) return (mode & 0o001) === 0 ? [] : readableBelow(path);
    return entry.isFile() && (mode & 0o004) !== 0 ? [path] : [];
  });
}
