import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { isPassword } from '../../../agent/resources/accounts/crypt.ts';

describe('a password against its hash', () => {
  // Made by "openssl passwd".
  for (const [password, hash] of [
    ['pippo123', '$6$abcdefgh$tR/h0b2KI5uMYqbV0K.Ar29yIlzwfBl0uB7fz0l20dIqrpsR9evfqANbvtwf3qx2BI6jrNnP1NDBHKEx4RSDz1'],
    ['toor', '$5$saltsalt$KS2O/frx9VfZSuO8w8TmD12pwbGJ87yjt.0fQrwSHU5'],
  ] as const) {
    test(`${password} is it, and nothing else is`, () => {
      assert.equal(isPassword(password, hash), true);
      assert.equal(isPassword(`${password} `, hash), false);
      assert.equal(isPassword('', hash), false);
    });
  }

  test('with a number of rounds of its own, from the specification of SHA-crypt', () => {
    const hash =
      '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.';
    assert.equal(isPassword('Hello world!', hash), true);
  });

  const openssl = spawnSync('openssl', ['version']).error ? 'openssl is not installed' : false;
  test('of any length, as openssl makes it', { skip: openssl }, () => {
    for (const [length, kind] of [1, 15, 16, 31, 32, 33, 63, 64, 65, 130].flatMap(
      (each) =>
        [
          [each, '-5'],
          [each, '-6'],
        ] as const,
    )) {
      const password = 'aé9'.repeat(length).slice(0, length);
      const made = spawnSync('openssl', ['passwd', kind, '-stdin'], { input: password, encoding: 'utf8' });
      assert.equal(isPassword(password, made.stdout.trim()), true, `${kind} ${length}`);
    }
  });

  test('of a kind that is not known here is neither', () => {
    for (const hash of ['$y$j9T$abc$def', '$1$ab$cd', 'xyz', '*']) assert.equal(isPassword('root', hash), undefined);
  });
});
