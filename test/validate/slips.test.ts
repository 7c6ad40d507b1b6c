import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderText } from '../../agent/validate/render.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';

/** The most common mistakes: the text, and the exact first report with place, problem and fix. */
const slips: readonly (readonly [text: string, report: string])[] = [
  [
    'runcmd:\n  - echo Status: ok\n',
    '3:5: error[bad-settings] runcmd[0]: YAML reads this command as a mapping, because of the ": " after "echo Status" — put quotes around the whole command',
  ],
  [
    'users:\n  name: ann\n  sudo: ALL\n',
    '3:3: error[bad-settings] users: this is one user, and not a list of users — put "- " before "name", and two more spaces before its other settings',
  ],
  [
    'users:\n  - default\n  - name: ann\n  - sudo: ALL\n',
    '5:5: error[bad-settings] users[2]: a user without a name — remove the "-" before "sudo" if it belongs to the item before',
  ],
  [
    'write_files:\n  - path: /a\n  - content: b\n',
    '4:5: error[bad-settings] write_files[1].path: expected an absolute path, got nothing — remove the "-" before "content" if it belongs to the item before',
  ],
  [
    'runcmd:\n  - echo “a”\n',
    '3:10: warning[odd-character] runcmd[0]: curly quotes are ordinary characters to YAML and the shell — write " or \'',
  ],
  [
    'final_message: “done”\n',
    '2:16: warning[odd-character] final_message: curly quotes are ordinary characters to YAML and the shell — write " or \'',
  ],
  [
    'runcmd:\n  - rm\u00a0/a\n',
    '3:7: warning[odd-character] runcmd[0]: YAML and the shell do not treat a no-break space as a space — replace it with a plain space',
  ],
  [
    'hostname:\u00a0web\n',
    '2:1: error[bad-user-data] a no-break space follows "hostname:" — replace it with a plain space',
  ],
  ['hostname:web\n', '2:1: error[bad-user-data] a space is missing after "hostname:" — write "hostname: ..."'],
  [
    'hostname: a\ntimezone:UTC\n',
    '3:1: error[bad-user-data] a space is missing after "timezone:" — write "timezone: ..."',
  ],
  [
    'ssh_authorized_keys:\n  - -----BEGIN OPENSSH PRIVATE KEY-----\n',
    '3:5: error[bad-settings] ssh_authorized_keys[0]: this is a private key — write the public key (the file that ends in .pub), and stop using this pair: it is in the user-data now',
  ],
  [
    'ssh_authorized_keys:\n  - |\n    -----BEGIN RSA PRIVATE KEY-----\n    MIIEow\n',
    '3:5: error[bad-settings] ssh_authorized_keys[0]: this is a private key — write the public key (the file that ends in .pub), and stop using this pair: it is in the user-data now',
  ],
  [
    'users: [default, {name: a, home: /x}]\n',
    '2:28: error[unknown-key] users[1].home: no such setting — did you mean "homedir"?',
  ],
  [
    'ssh_authorized_keys: {ann: ssh-ed25519 AAAA}\n',
    '2:22: warning[bad-settings] ssh_authorized_keys: a mapping of names to keys: the names are ignored, and all keys go to the same user — write a list; the keys of one user go below that user in "users"',
  ],
  [
    'packages: [a,\n  b\nhostname: x\n',
    '2:11: error[bad-user-data] this [ is not closed before line 4 — write its ], and indent all of it',
  ],
  [
    'power_state: {mode: reboot\nhostname: x\n',
    '2:14: error[bad-user-data] this { is not closed before line 3 — write its }, and indent all of it',
  ],
];

for (const [text, report] of slips) {
  test(`a slip is reported with its place and its fix: ${JSON.stringify(text)}`, async () => {
    const result = await validate(Buffer.from(`#cloud-config\n${text}`), 'f', schedule);
    const lines = renderText(result)
      .split('\n')
      .filter((line) => line.startsWith('f:') && !line.includes('[no-login]'));
    assert.equal(lines[0], `f:${report}`);
  });
}

test('ordinary typography in texts is not reported', async () => {
  const text = '#cloud-config\nfinal_message: "up “after” a\u00a0while"\nwrite_files: [{path: /a, content: "“x”"}]\n';
  assert.deepEqual((await validate(Buffer.from(text), 'f', schedule)).findings, []);
});
