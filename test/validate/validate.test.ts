import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { github, renderText } from '../../agent/validate/render.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { fromShared } from '../support/shared.ts';
import { documentWith, keysOf, slipsOf } from '../support/typos.ts';

const verdictOn = (content: string, what?: 'user-data' | 'image') =>
  validate(Buffer.from(content), 'user-data', schedule, what);

const lines = async (content: string): Promise<readonly string[]> =>
  (await verdictOn(content)).findings.map(
    ({ place, level, code, at, message }) => `${place.line}:${place.column} ${level}[${code}] ${at}: ${message}`,
  );

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILMXJn659PB2071SNuuQa3088He8uW5OhQShhZCXA13+ a';
const hash = '$6$aaaaaaaa$bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

describe('validate', () => {
  test('tells every mistake at once, each with its line, its column and a mark below it', async () => {
    const verdict = await verdictOn(`#cloud-config
timezne: Europe/Zurich
ntp:
  servers: [a]
  servrs: [b]
write_files:
  - path: /etc/a
    permissions: 644
spread: soon
`);
    assert.equal(
      renderText(verdict),
      `user-data:2:1: error[unknown-key] timezne: no such key — did you mean "timezone"?
    2 | timezne: Europe/Zurich
      | ^^^^^^^
user-data:5:3: error[unknown-key] ntp.servrs: no such setting — did you mean "servers"?
    5 |   servrs: [b]
      |   ^^^^^^
user-data:8:18: error[bad-settings] write_files[0].permissions: 644 without quotes is the decimal number 1204 in octal — write '0644'
    8 |     permissions: 644
      |                  ^^^
user-data:9:9: error[bad-settings] spread: expected a time such as 90s or 2m, got "soon"
    9 | spread: soon
      |         ^^^^
`,
    );
  });

  test('tells keys that cloud-init does something for, and bootagent does not, as warnings', async () => {
    const keys = [
      'puppet',
      'chef',
      'salt_minion',
      'ansible',
      'fan',
      'byobu_by_default',
      'mcollective',
      'landscape',
      'lxd',
      'zypper',
    ];
    assert.deepEqual(
      await lines(`#cloud-config\n${keys.map((key) => `${key}: {sources: {a: {}}}\n`).join('')}`),
      keys.map((key, index) => `${index + 2}:1 warning[unsupported] ${key}: not supported by bootagent; ignored`),
    );
  });

  test('tells a key that stands twice with both its lines', async () => {
    assert.deepEqual(await lines('#cloud-config\ntimezone: UTC\ntimezone: UTC\n'), [
      '3:1 warning[duplicate-key] : "timezone" was given before, at user-data:2:1; this one counts',
    ]);
  });

  test('tells each placeholder where it stands, in blocks and in scripts too', async () => {
    const config = '#cloud-config\nruncmd:\n  - |\n    echo <A_B> >> /x\n    echo <A_B> <a_b> <AB>\n';
    assert.deepEqual(await lines(config), [
      '4:10 error[placeholder] runcmd[0]: <A_B> is still to be filled in',
      '5:10 error[placeholder] runcmd[0]: <A_B> is still to be filled in',
    ]);
    assert.deepEqual(await lines('#!/bin/bash\necho <MY_HTTP_PROXY>\n'), [
      '2:6 error[placeholder] : <MY_HTTP_PROXY> is still to be filled in',
    ]);
  });

  test('tells what only bash knows in scripts for /bin/sh, and lets bash have it', async () => {
    const script = (shell: string) => `${shell}\n# [[ in a comment\nif [[ -n $UID ]]; then :; fi\n[ -n "[[" ]\n`;
    assert.deepEqual(await lines(script('#!/bin/sh')), [
      '3:4 warning[bashism] : "[[" is known to bash, and this script is for /bin/sh',
      '3:10 warning[bashism] : "$UID" is known to bash, and this script is for /bin/sh',
    ]);
    assert.deepEqual(await lines(script('#!/bin/bash')), []);
  });

  test('tells commands that guests of today lack, once for each item', async () => {
    const config =
      '#cloud-config\nruncmd:\n  - [chkconfig, a, on]\n  - a && service b start; service c stop\n  - echo service\n';
    assert.deepEqual(
      (await lines(config)).map((each) => each.replace(/:[^:]*$/, '')),
      [
        '3:6 warning[legacy-command] runcmd[0]: guests of today have no "chkconfig"',
        '4:10 warning[legacy-command] runcmd[1]: guests of today have no "service"',
      ],
    );
  });

  test('tells when nobody could log in', async () => {
    const found = async (users: string) =>
      (await lines(`#cloud-config\n${users}\n`)).filter((each) => each.includes('[no-login]'));
    for (const users of [
      'users: [{name: a}]',
      'users: [{name: a, passwd: x}]',
      'users: []',
      `users: [{name: a, passwd: ${hash}, lock_passwd: true}]`,
      `users: [{name: a, shell: /sbin/nologin, ssh_authorized_keys: [${key}]}]`,
      `users: [{name: a, shell: /bin/false, passwd: ${hash}}]`,
    ]) {
      assert.equal((await found(users)).length, 1, users);
    }
    for (const users of [
      'users: [default, {name: a}]',
      'users: [{name: a, ssh_import_id: [gh:a]}]',
      'users: [a]\nssh_import_id: [gh:a]',
      `users: [{name: a, ssh_authorized_keys: [${key}]}]`,
      `users: [{name: a, passwd: ${hash}}]`,
      `users: [{name: a, lock_passwd: false, passwd: ${hash}}]`,
      `users: [a]\nssh_authorized_keys: [${key}]`,
      `users: [a]\nchpasswd: {users: [{name: a, password: ${hash}}]}`,
      `users: [a]\nchpasswd: {list: ["root:${hash}"]}`,
      'users: [a]\nuser: {name: b}',
      'users: [{name: a}]\ndisable_root: false',
      'hostname: a',
    ]) {
      assert.deepEqual(await found(users), [], users);
    }
  });

  test('names what is no user-data, and reads files of an image without a first line', async () => {
    assert.deepEqual(await lines('timezone: UTC\n'), [
      '1:1 error[bad-user-data] : the header is missing, so nothing is read',
    ]);
    assert.deepEqual((await verdictOn('timezone: UTC\n', 'image')).findings, []);
  });

  test('shows no secret with its line', async () => {
    const verdict = await verdictOn('#cloud-config\nrandom_seed: {data: hunter2, dat: hunter2}\n');
    assert.match(renderText(verdict), /\{data: \*{7}, dat: \*{7}\}/);
  });

  test('marks lines for GitHub, with what would end a mark early written out', async () => {
    const verdict = await verdictOn('#cloud-config\n"a,\\nb": 1\n');
    assert.equal(github(verdict), '::error file=user-data,line=2,col=1,title=unknown-key::a,%0Ab: no such key\n');
  });
});

describe('typos', () => {
  const modules = Object.values(schedule).flat();

  test('at least 95 of 100 slips of one letter get the right suggestion', async () => {
    let [slips, right] = [0, 0];
    const wrong: string[] = [];
    for (const where of keysOf(modules)) {
      for (const slip of slipsOf(where.key)) {
        if (slip === '' || slip === where.key || where.among.includes(slip)) continue;
        const { findings } = await verdictOn(documentWith(where, slip));
        const hints = findings
          .filter(({ code }) => code === 'unknown-key' || code === 'unsupported')
          .map(({ hint }) => hint);
        slips++;
        if (hints.includes(`did you mean "${where.key}"?`)) right++;
        else wrong.push(`${[...where.path, slip].join('.')} for ${where.key}: ${hints.join()}`);
      }
    }
    assert.ok(slips > 1000, `${slips} slips`);
    assert.ok(right >= 0.95 * slips, `${right} of ${slips}; wrong: ${wrong.slice(0, 40).join('\n')}`);
  });
});

const guide = fromShared('seeds/000_fe066cbeaae0dc3a.txt');
describe("the CentOS 6 image's user-data", { skip: guide.skip }, () => {
  const documents = guide.skip
    ? []
    : [...guide.text().matchAll(/```yaml\n(#cloud-config\n[\s\S]*?)```/g)].map(([, document = '']) => document);
  const filled = (document: string): string => document.replace(/<([A-Za-z_]+)>/g, 'value-of-$1');

  test('has no error once it is filled in', async () => {
    assert.equal(documents.length, 4);
    for (const document of documents) {
      const { findings } = await verdictOn(filled(document));
      assert.deepEqual(
        findings.filter(({ level }) => level === 'error'),
        [],
      );
    }
  });

  test('has an error at each line that is not', async () => {
    for (const document of documents) {
      const { findings } = await verdictOn(document);
      const told = findings.filter(({ level }) => level === 'error').map(({ code, place }) => `${code} ${place.line}`);
      const left = document
        .split('\n')
        .flatMap((line, index) => (/<[A-Za-z]+_\w+>/.test(line) ? [`placeholder ${index + 1}`] : []));
      assert.deepEqual(told, left);
    }
  });
});
