import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { globalSetting, keysFileOf, readsDropIn, sshdDirectives } from '../../../agent/resources/ssh/sshd-config.ts';
import { memoryHost } from '../../support/memory-host.ts';

const include = 'Include /etc/ssh/sshd_config.d/*.conf\n';
const bob = { name: 'bob', uid: 1000, gid: 1000, home: '/home/bob', shell: '/bin/sh' };
const machine = (main: string, more: Readonly<Record<string, string>> = {}) =>
  memoryHost({
    files: {
      '/etc/ssh/sshd_config': main,
      ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`/etc/ssh/sshd_config.d/${name}`, text])),
    },
  });

describe('what sshd reads', () => {
  for (const [claim, main, more, expected] of [
    ['is what stands first', 'PermitRootLogin no\nPermitRootLogin yes\n', {}, 'no'],
    ['may be written with =, quotes, blanks and a comment', '  permitrootlogin = "no"  # x\n', {}, 'no'],
    ['is not what stands in a Match block', 'Match User bob\nPermitRootLogin yes\n', {}, undefined],
    [
      'is what an included file says before',
      `${include}PermitRootLogin yes\n`,
      { '50-x.conf': 'PermitRootLogin no' },
      'no',
    ],
    [
      'comes in the order of names',
      include,
      { '50-b.conf': 'PermitRootLogin no', '10-a.conf': 'PermitRootLogin yes' },
      'yes',
    ],
    ['goes on behind an included Match block', `${include}PermitRootLogin no\n`, { 'a.conf': 'Match all\n' }, 'no'],
    [
      'is not a file of another name',
      include,
      { 'a.conf.rpmsave': 'PermitRootLogin no', '.b.conf': 'PermitRootLogin no' },
      undefined,
    ],
    ['may be named relative to its folder', 'Include sshd_config.d/*.conf\n', { 'a.conf': 'PermitRootLogin no' }, 'no'],
  ] as const) {
    test(claim, async () =>
      assert.equal(globalSetting(await sshdDirectives(machine(main, more)), 'PermitRootLogin'), expected),
    );
  }

  test('from a drop-in counts only where that is read first', async () => {
    const reads = async (main: string) => readsDropIn(await sshdDirectives(machine(main)), 'PermitRootLogin');
    assert.equal(await reads(include), true);
    assert.equal(await reads(`PermitRootLogin yes\n${include}`), false);
    assert.equal(await reads('PermitRootLogin yes\n'), false);
    assert.equal(await reads(`Match all\n${include}`), false);
  });

  test('an unclosed set in an Include is a name', async () => {
    const read = machine('Include sshd_config.d/a[.conf\n', { 'a[.conf': 'PermitRootLogin no' });
    assert.equal(globalSetting(await sshdDirectives(read), 'PermitRootLogin'), 'no');
  });

  const twice = (name: string) => `Include sshd_config.d/${name}\n`.repeat(2);
  for (const [what, host] of [
    ['the main file includes itself', machine('Include /etc/ssh/sshd_config\n'.repeat(8))],
    ['a file includes its own folder', machine(include, { 'a.conf': include.repeat(8), 'b.conf': include.repeat(8) })],
    [
      'each file includes the next one twice',
      machine(twice('1'), Object.fromEntries(Array.from({ length: 16 }, (_, n) => [String(n), twice(String(n + 1))]))),
    ],
  ] as const) {
    test(`what is read is limited where ${what}`, async () => {
      const directives = await sshdDirectives(host);
      assert.ok(directives.length > 1 && directives.length < 3_000, `${directives.length} directives`);
    });
  }
});

describe('the file of a user’s keys', () => {
  for (const [main, expected] of [
    ['', '/home/bob/.ssh/authorized_keys'],
    ['AuthorizedKeysFile %h/.keys/%u\n', '/home/bob/.keys/bob'],
    ['AuthorizedKeysFile /etc/ssh/keys/%u.%U %h/.ssh/authorized_keys\n', '/etc/ssh/keys/bob.1000'],
    ['AuthorizedKeysFile /etc/ssh/all .ssh/keys\n', '/home/bob/.ssh/keys'],
    ['AuthorizedKeysFile .ssh/a%%b\n', '/home/bob/.ssh/a%b'],
    ['Match User bob,ann\nAuthorizedKeysFile .special\n', '/home/bob/.special'],
    ['Match User *,!bob\nAuthorizedKeysFile .special\n', '/home/bob/.ssh/authorized_keys'],
    ['Match User dev[\nAuthorizedKeysFile .special\n', '/home/bob/.ssh/authorized_keys'],
    ['Match User b?b\nAuthorizedKeysFile .special\n', '/home/bob/.special'],
    ['Match User [a-c]ob\nAuthorizedKeysFile .special\n', '/home/bob/.ssh/authorized_keys'],
    ['Match User !b*,bob\nAuthorizedKeysFile .special\n', '/home/bob/.ssh/authorized_keys'],
    ['Match User !ann\nAuthorizedKeysFile .special\n', '/home/bob/.ssh/authorized_keys'],
    ['Match Group wheel\nAuthorizedKeysFile .special\n', '/home/bob/.ssh/authorized_keys'],
  ] as const) {
    test(`${JSON.stringify(main)}: ${expected}`, async () =>
      assert.deepEqual(keysFileOf(bob, await sshdDirectives(machine(main))), { path: expected }));
  }

  test('is refused where all users share one', async () => {
    assert.deepEqual(keysFileOf(bob, await sshdDirectives(machine('AuthorizedKeysFile /etc/ssh/all\n'))), {
      refused: 'sshd reads the keys of all users from /etc/ssh/all: the owner of a key there could log in as any user',
    });
  });
});
