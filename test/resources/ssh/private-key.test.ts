import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { readKeyLine } from '../../../agent/resources/ssh/key-line.ts';
import { publicLine, readPrivateKey } from '../../../agent/resources/ssh/private-key.ts';

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

describe('a private host key', { skip: !hasKeygen && 'no ssh-keygen here' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-private-'));
  after(() => rmSync(folder, { recursive: true }));
  const keygen = (...args: string[]) => spawnSync('ssh-keygen', args, { encoding: 'utf8' });
  const made = (name: string, ...options: string[]): string => {
    keygen('-q', '-N', '', '-C', name, '-f', join(folder, name), ...options);
    return readFileSync(join(folder, name), 'utf8');
  };
  const kinds = [
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa', ['-t', 'ecdsa']],
    ['ecdsa521', ['-t', 'ecdsa', '-b', '521']],
    ['pem-rsa', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['pem-ecdsa', ['-t', 'ecdsa', '-m', 'PEM']],
  ] as const;
  const keys = new Map(kinds.map(([name, options]) => [name, made(name, ...options)]));

  for (const [name, text] of keys) {
    test(`of kind ${name} tells its public half, the one in its .pub file`, () => {
      const key = readPrivateKey(text);
      assert.ok(typeof key !== 'string', String(key));
      assert.equal(publicLine(key, name), readFileSync(join(folder, `${name}.pub`), 'utf8'));
      assert.ok(typeof readKeyLine(publicLine(key, name)) !== 'string');
    });

    test(`of kind ${name} that is cut or has a byte changed is never taken for another whole one`, () => {
      const shown = readFileSync(join(folder, `${name}.pub`), 'utf8');
      const lines = text.trim().split('\n');
      const body = Buffer.from(lines.slice(1, -1).join(''), 'base64');
      const spoilt = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
        const bytes = Buffer.from(body);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ flip;
        return [lines[0], bytes.toString('base64').replace(/(.{70})/g, '$1\n'), lines.at(-1), ''].join('\n');
      });
      const cut = fc.nat(text.length - 20).map((length) => text.slice(0, length));
      for (const each of fc.sample(fc.oneof(spoilt, cut), { numRuns: 300, seed: 6 })) {
        const key = readPrivateKey(each);
        // A flip may hit the comment, and then the key is intact.
        if (typeof key !== 'string') assert.equal(publicLine(key, name), shown, each);
      }
    });
  }

  test('that we call damaged though ssh-keygen reads it has a private half that makes another public one', () => {
    const text = keys.get('ed25519') ?? '';
    const body = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
    const seed = body.indexOf(body.subarray(body.length - 60, body.length - 40)) - 30;
    body[seed] = (body[seed] ?? 0) ^ 1;
    const spoilt = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64').replace(/(.{70})/g, '$1\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
    assert.equal(readPrivateKey(spoilt), 'is damaged');
  });

  for (const [name, text, reason] of [
    ['nothing', '', 'is empty'],
    ['zeros, as a power loss leaves them', '\0'.repeat(400), 'is not a private key'],
    ['a public key', 'ssh-ed25519 AAAA', 'is not a private key'],
  ] as const) {
    test(`that is ${name} ${reason}`, () => assert.equal(readPrivateKey(text), reason));
  }

  test('behind a passphrase is told as such, for sshd could not read it', () => {
    keygen('-q', '-N', 'secret', '-t', 'ed25519', '-f', join(folder, 'locked'));
    assert.equal(readPrivateKey(readFileSync(join(folder, 'locked'), 'utf8')), 'is locked by a passphrase');
  });

  test('in PKCS #8 is read too', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const path = join(folder, 'pkcs8');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const key = readPrivateKey(readFileSync(path, 'utf8'));
    assert.ok(typeof key !== 'string');
    assert.equal(publicLine(key, '').trim(), keygen('-y', '-f', path).stdout.trim());
  });
});
