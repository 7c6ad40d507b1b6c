import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isWithin, matchingPaths } from '../../agent/host/glob.ts';
import { memoryHost } from '../support/memory-host.ts';

const tree = () =>
  memoryHost({
    files: {
      '/etc/ssh/ssh_host_rsa_key': '',
      '/etc/ssh/ssh_host_rsa_key.pub': '',
      '/etc/ssh/sshd_config': '',
      '/etc/ssh.d/ssh_host_x': '',
      '/tmp/.hidden/a': '',
      '/tmp/systemd-private-1/tmp/x': '',
      '/var/log/messages': '',
      '/var/log/messages-20260101': '',
      '/var/log/audit/audit.log': '',
      '/var/log/audit/old/audit.log.1': '',
      '/outside/secret': '',
      '/weird/a+b(c)': '',
    },
    links: { '/link': '/outside', '/var/log/away': '/outside', '/tmp/gone': '/nowhere' },
    directories: ['/empty'],
  });

describe('a pattern matches', () => {
  for (const [pattern, expected] of [
    ['/etc/ssh/ssh_host_*', ['/etc/ssh/ssh_host_rsa_key', '/etc/ssh/ssh_host_rsa_key.pub']],
    ['/etc/ssh/ssh_host_*_key', ['/etc/ssh/ssh_host_rsa_key']],
    ['/etc/*/ssh_host_?', ['/etc/ssh.d/ssh_host_x']],
    ['/tmp/*', ['/tmp/.hidden', '/tmp/gone', '/tmp/systemd-private-1']],
    ['/var/log/messages-[0-9]*', ['/var/log/messages-20260101']],
    ['/var/log/messages-[!0-9]*', []],
    [
      '/var/log/**',
      [
        '/var/log/audit/audit.log',
        '/var/log/audit/old/audit.log.1',
        '/var/log/away',
        '/var/log/messages',
        '/var/log/messages-20260101',
      ],
    ],
    ['/weird/a+b(c)', ['/weird/a+b(c)']],
    ['/weird/a+*(c)', ['/weird/a+b(c)']],
    ['/link', ['/link']],
    ['/link/*', []],
    ['/link/secret', []],
    ['/empty', ['/empty']],
    ['/empty/*', []],
    ['/none/*', []],
    ['/etc/ssh/sshd_config/*', []],
  ] as const) {
    test(`${pattern}: ${expected.length}`, async () =>
      assert.deepEqual(await matchingPaths([pattern], tree()), expected));
  }

  test('nothing at or below what is excepted', async () => {
    const found = await matchingPaths(['/tmp/**', '/var/log/*'], tree(), ['/tmp/systemd-private-*', '/var/log/audit']);
    assert.deepEqual(found, [
      '/tmp/.hidden/a',
      '/tmp/gone',
      '/var/log/away',
      '/var/log/messages',
      '/var/log/messages-20260101',
    ]);
  });

  test('each path once, however many patterns match it', async () => {
    assert.deepEqual(await matchingPaths(['/empty', '/emp*'], tree()), ['/empty']);
  });
});

test('a name without pattern characters matches itself alone', () => {
  const name = fc.stringMatching(/^[^/*?[\]\0\n]{1,12}$/).filter((each) => each !== '.' && each !== '..');
  fc.assert(
    fc.property(name, name, (a, b) => isWithin(`/${a}`, [`/${b}`]) === (a === b)),
    { seed: 9, numRuns: 500 },
  );
});
