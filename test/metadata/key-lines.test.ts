import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publicKeys } from '../../agent/datasources/ec2-tree.ts';
import { keyLines } from '../../agent/metadata/key-lines.ts';

describe('lines of keys', () => {
  for (const [what, value, lines] of [
    ['a text', 'ssh-rsa A a\n\nssh-rsa B b\r\n', ['ssh-rsa A a', 'ssh-rsa B b']],
    ['a list, and texts in it', ['ssh-rsa A', ['ssh-rsa B\nssh-rsa C']], ['ssh-rsa A', 'ssh-rsa B', 'ssh-rsa C']],
    ['a mapping from names', { a: 'ssh-rsa A', constructor: 'ssh-rsa B' }, ['ssh-rsa A', 'ssh-rsa B']],
    ['options and rubbish, as they are', ' from="*" ssh-rsa A\nrubbish\n', ['from="*" ssh-rsa A', 'rubbish']],
    ['no comments', '# mine\nssh-rsa A', ['ssh-rsa A']],
    ['each once', 'ssh-rsa A\nssh-rsa A', ['ssh-rsa A']],
    ['nothing where there is no text', [undefined, 7, null, true, ''], []],
    [
      'of a private key the first line alone',
      'ssh-rsa A\n-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\nsecret2\n-----END OPENSSH PRIVATE KEY-----\nssh-rsa B',
      ['ssh-rsa A', '-----BEGIN OPENSSH PRIVATE KEY-----', 'ssh-rsa B'],
    ],
    [
      'of a private key that is cut off too',
      '-----BEGIN RSA PRIVATE KEY-----\nsecret\nmore',
      ['-----BEGIN RSA PRIVATE KEY-----'],
    ],
  ] as const) {
    test(`are read from ${what}`, () => assert.deepEqual(keyLines(value), lines));
  }
});

describe('the listing of EC2', () => {
  const keysIn = (pages: Readonly<Record<string, string>>) =>
    publicKeys({
      where: (path) => path,
      read: async (path) => (Object.hasOwn(pages, path) ? Buffer.from(pages[path] ?? '') : undefined),
    });
  const at = 'meta-data/public-keys';
  for (const [what, pages, keys] of [
    [
      'names with their numbers',
      {
        [`${at}/`]: '0=my key\n1=b',
        [`${at}/0/openssh-key`]: 'ssh-rsa A',
        [`${at}/1/openssh-key`]: 'from="*" ssh-rsa B\n',
      },
      ['ssh-rsa A', 'from="*" ssh-rsa B'],
    ],
    ['folders', { [`${at}/`]: '0/', [`${at}/0/openssh-key`]: 'rubbish' }, ['rubbish']],
    [
      'keys in the place of the listing',
      { [at]: 'from="*" ssh-rsa A a\nssh-rsa B' },
      ['from="*" ssh-rsa A a', 'ssh-rsa B'],
    ],
    ['no listing but a key', { [`${at}/0/openssh-key`]: 'ssh-rsa A\nssh-rsa B' }, ['ssh-rsa A', 'ssh-rsa B']],
    ['nothing', {}, []],
  ] as const) {
    test(`may hold ${what}`, async () => assert.deepEqual(await keysIn(pages), keys));
  }
});
