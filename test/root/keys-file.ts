import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysFileOf, sshdDirectives } from '../../agent/resources/ssh/sshd-config.ts';
import { memoryHost } from '../support/memory-host.ts';
import { sandbox, unable } from './support/sandbox.ts';

const account = { name: 'bob', uid: 1234, gid: 1234, home: '/home/bob', shell: '/bin/sh' };
const main = '/etc/ssh/sshd_config';

/** Configurations of administrators and of distributions; the second text is a drop-in. */
const configurations: readonly (readonly [main: string, dropIn?: string])[] = [
  ['Port 22\n'],
  ['AuthorizedKeysFile .ssh/authorized_keys\n'],
  ['AuthorizedKeysFile\t%h/.ssh/keys\n'],
  ['authorizedkeysfile = /etc/ssh/keys/%u\n'],
  ['AuthorizedKeysFile "/srv/keys of/%u"\n'],
  ['AuthorizedKeysFile /srv/%U/keys .ssh/authorized_keys\n'],
  ['AuthorizedKeysFile .ssh/a%%b\n'],
  ['AuthorizedKeysFile .one\nAuthorizedKeysFile .two\n'],
  ['# AuthorizedKeysFile .none\nAuthorizedKeysFile .some # and why\n'],
  ['Match User bob\n  AuthorizedKeysFile .special\n'],
  ['Match User ann,b*\n  AuthorizedKeysFile .special\n'],
  ['Match User *,!bob\n  AuthorizedKeysFile .special\n'],
  ['AuthorizedKeysFile .usual\nMatch User bob\n  AuthorizedKeysFile .special\nMatch all\n'],
  ['Match all\n  AuthorizedKeysFile .all\n'],
  ['Include /etc/ssh/sshd_config.d/*.conf\nAuthorizedKeysFile .main\n', 'AuthorizedKeysFile .dropped\n'],
  ['AuthorizedKeysFile .main\nInclude /etc/ssh/sshd_config.d/*.conf\n', 'AuthorizedKeysFile .dropped\n'],
  ['Include sshd_config.d/*.conf\n', 'Match User bob\nAuthorizedKeysFile .dropped\n'],
  ['Include sshd_config.d/*.conf\nAuthorizedKeysFile .main\n', 'Match User ann\nAuthorizedKeysFile .dropped\n'],
];

test('a user’s file of keys is the one that sshd itself would read', { skip: unable('sshd', 'unshare') }, async () => {
  using box = sandbox();
  const asked = configurations.map(([text, dropIn], number) => {
    box.write(`/seed/${number}/main`, text);
    box.write(`/seed/${number}/drop-in`, dropIn ?? '');
    return `cat /seed/${number}/main >${main}; cat /seed/${number}/drop-in >/etc/ssh/sshd_config.d/50-site.conf
      sshd -T -o HostKey=/run/key -C user=bob,host=h,addr=10.0.0.1 2>&1 | grep -E '^(authorizedkeysfile |/)' || echo nothing`;
  });
  const { text } = await box.sh(
    `rm -f /etc/ssh/sshd_config.d/*; mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f /run/key; useradd -u 1234 -d /home/bob bob; ${asked.join('\n')}`,
  );
  const theirs = text.trim().split('\n');
  assert.equal(theirs.length, configurations.length, text);
  for (const [number, [words, dropIn = '']] of configurations.entries()) {
    const host = memoryHost({ files: { [main]: words, '/etc/ssh/sshd_config.d/50-site.conf': dropIn } });
    const ours = keysFileOf(account, await sshdDirectives(host));
    const [, told = ''] = /^authorizedkeysfile (.*)$/.exec(theirs[number] ?? '') ?? [];
    // sshd prints the patterns before it expands the tokens.
    const read = `${told} `.split(/ (?=[./%]|$)/).map((pattern) => expanded(pattern.trim()));
    assert.ok(
      'path' in ours && read.includes(ours.path),
      `${JSON.stringify(words)}: ${theirs[number]}, ${JSON.stringify(ours)}`,
    );
  }
});

function expanded(pattern: string): string {
  const signs: Readonly<Record<string, string>> = { '%%': '%', '%h': '/home/bob', '%u': 'bob', '%U': '1234' };
  const path = pattern.replace(/%./g, (sign) => signs[sign] ?? sign);
  return path.startsWith('/') ? path : `/home/bob/${path}`;
}
