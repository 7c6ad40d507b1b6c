import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { verifyUserData } from '../../agent/config/signed-user-data.ts';
import { type AllowedSigners, readAllowedSigners } from '../../agent/resources/ssh/allowed-signers.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-signed-'));
after(() => rmSync(folder, { recursive: true }));

const keygen = (...args: readonly string[]): string =>
  execFileSync('ssh-keygen', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function newKey(name: string, ...how: readonly string[]): string {
  keygen('-q', '-N', '', '-C', '', '-f', name, ...how);
  return readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
}

/** Returns the armored signature of a text, made by the real ssh-keygen. */
function signature(text: string | Uint8Array, key = 'alice', ...options: readonly string[]): string {
  writeFileSync(join(folder, 'text'), text);
  rmSync(join(folder, 'text.sig'), { force: true });
  keygen('-Y', 'sign', '-f', key, ...(options.includes('-n') ? [] : ['-n', 'bootagent']), ...options, 'text');
  return readFileSync(join(folder, 'text.sig'), 'utf8');
}

const alice = newKey('alice', '-t', 'ed25519');
const mallory = newKey('mallory', '-t', 'ed25519');
const now = Date.parse('2026-06-15T12:00:00Z');
const text = '#cloud-config\nhostname: vm\nusers: [default]\n';
const allowed = (line = `alice@example.org ${alice}`): AllowedSigners => readAllowedSigners(`${line}\n`);

/** Returns the verified text, or why it was refused. */
function verdict(bytes: string | Uint8Array, signers = allowed()): string {
  const found = verifyUserData(Buffer.from(bytes), signers, now);
  return 'message' in found ? Buffer.from(found.message).toString() : found.refused;
}

const b64 = (body: string): string => `Content-Transfer-Encoding: base64\n\n${Buffer.from(body).toString('base64')}`;
const mime = (...parts: readonly string[]): string =>
  `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="XX"\n\n${parts.map((part) => `--XX\n${part}\n`).join('')}--XX--\n`;
const bySig = (sig: string): string => `Content-Type: application/octet-stream\n\n${sig}`;

describe('signed user-data counts', () => {
  const sig = signature(text);
  const commented = sig.trimEnd().replace(/^/gm, '# ');
  for (const [how, bytes] of [
    ['with the signature behind it', text + sig],
    ['without the line end of the signature', (text + sig).trimEnd()],
    ['with the signature in comments', `${text}${commented}\n`],
    ['within gzip', gzipSync(text + sig)],
    ['within base64', Buffer.from(text + sig).toString('base64')],
    ['as a part of a MIME message', mime(`Content-Type: text/cloud-config\n${b64(text)}`, bySig(sig))],
    ['as a part behind its signature', mime(bySig(sig), `Content-Type: text/x-shellscript\n${b64(text)}`)],
  ] as const) {
    test(how, () => assert.equal(verdict(bytes), text));
  }

  test('as gzip that was signed itself', () => {
    const zipped = gzipSync(text);
    const found = verifyUserData(Buffer.concat([zipped, Buffer.from(signature(zipped))]), allowed(), now);
    assert.deepEqual('message' in found && Buffer.from(found.message), zipped);
  });

  test('as a MIME message that was signed as a whole', () => {
    const message = mime('Content-Type: text/cloud-config\n\na: 1', 'Content-Type: text/x-shellscript\n\n#!/bin/sh');
    assert.equal(verdict(message + signature(message)), message);
  });

  for (const [name, how] of [
    ['ecdsa256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa384', ['-t', 'ecdsa', '-b', '384']],
    ['ecdsa521', ['-t', 'ecdsa', '-b', '521']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
  ] as const) {
    test(`by a key of ${how.join(' ')}, with either hash, and no other text does`, () => {
      const signers = allowed(`bob ${newKey(name, ...how)}`);
      for (const hash of ['sha256', 'sha512']) {
        const own = signature(text, name, '-O', `hashalg=${hash}`);
        assert.equal(verdict(text + own, signers), text);
        assert.match(verdict(`${text} ${own}`, signers), /does not belong to this text/);
      }
    });
  }

  test('and says who signed it', () => {
    const found = verifyUserData(Buffer.from(text + sig), allowed(), now);
    assert.match('by' in found ? found.by : '', /^alice@example\.org \(SHA256:/);
  });
});

describe('user-data is refused', () => {
  const sig = signature(text);
  for (const [why, bytes, reason] of [
    ['without a signature', text, /^it has no signature$/],
    ['with more behind the signature', `${text}${sig}runcmd: [x]\n`, /something follows its signature/],
    ['with an empty line behind the signature', `${text}${sig}\n`, /something follows its signature/],
    ['with another text', `#cloud-config\nruncmd: [x]\n${sig}`, /does not belong to this text/],
    ['with a part more', mime(b64(text), bySig(sig), b64('#!/bin/sh')), /has two parts/],
    ['with two signatures in parts', mime(b64(text), bySig(sig), bySig(sig)), /has two parts/],
    ['for another namespace', text + signature(text, 'alice', '-n', 'git'), /for the namespace "git", not "bootagent"/],
    ['by another key', text + signature(text, 'mallory'), /key SHA256:\S+, which is not among the allowed signers/],
    ['with a signature of other line ends', text + sig.replaceAll('\n', '\r\n'), /something follows|is damaged/],
    [
      'with an empty signature',
      `${text}-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n`,
      /is damaged|not an SSH/,
    ],
  ] as const) {
    test(why, () => assert.match(verdict(bytes), reason));
  }

  test('at every change of a single byte', () => {
    for (const [whole, changes] of [
      [text + sig, [1, 2, 4, 8, 16, 32, 64, 128]],
      [`${text}${sig.trimEnd().replace(/^/gm, '# ')}\n`, [1, 32]],
    ] as const) {
      assert.equal(verdict(whole), text);
      for (let at = 0; at < whole.length; at++) {
        for (const bit of changes) {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] ?? 0) ^ bit;
          const found = verifyUserData(bytes, allowed(), now);
          assert.ok('refused' in found, `byte ${at} ^ ${bit}`);
        }
      }
    }
  });

  test('or is the signed text itself, at every change of a byte of a MIME message around it', () => {
    const whole = mime(`Content-Type: text/cloud-config\n${b64(text)}`, bySig(sig));
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      const found = verifyUserData(bytes, allowed(), now);
      assert.ok('refused' in found || Buffer.from(found.message).toString() === text, `byte ${at}`);
    }
  });

  test('at every cut', () => {
    const whole = text + sig;
    for (let length = 0; length < whole.length - 1; length++)
      assert.ok('refused' in verifyUserData(Buffer.from(whole.slice(0, length)), allowed(), now), `${length}`);
  });
});

describe('an allowed signer', () => {
  const whole = text + signature(text);
  for (const [options, reason] of [
    ['namespaces="bootagent"', undefined],
    ['namespaces="git,boot*"', undefined],
    ['namespaces="git"', /may not sign for the namespace "bootagent"/],
    ['namespaces="*,!bootagent"', /may not sign for/],
    ['valid-after="20260101"', undefined],
    ['valid-before="20270101"', undefined],
    ['valid-after="20260101",valid-before="202701010000Z"', undefined],
    ['valid-after="20270101"', /not valid at 2026-06-15T12:00:00Z/],
    ['valid-before="20260615115959Z"', /not valid at/],
    ['valid-before="20260615120000Z"', undefined],
    ['cert-authority', /not among the allowed signers/],
    ['frobnicate', /not among the allowed signers/],
    ['valid-after="soon"', /not among the allowed signers/],
    ['valid-after="20260231"', /not among the allowed signers/],
  ] as const) {
    test(`with ${options} ${reason ? 'vouches for nothing' : 'vouches'}`, () => {
      const found = verdict(whole, allowed(`alice ${options} ${alice}`));
      if (reason) assert.match(found, reason);
      else assert.equal(found, text);
    });
  }

  for (const [line, fault] of [
    [`alice cert-authority ${alice}`, /cert-authority line, which is not supported/],
    [alice, /names no principal|no type that OpenSSH knows|has the unknown option/],
    ['alice ssh-ed25519 AAAA', /truncated|base64/],
    [`alice frobnicate ${alice}`, /unknown option "frobnicate"/],
    [`alice valid-after="1" ${alice}`, /YYYYMMDD/],
  ] as const) {
    test(`that is written ${line.slice(0, 24)}… is reported`, () => {
      const { signers, faults } = readAllowedSigners(`# a comment\n\n${line}\n`);
      assert.deepEqual([signers.length, faults[0]?.line], [0, 3]);
      assert.match(faults[0]?.message ?? '', fault);
    });
  }

  test('may be one of several, with principals in quotes', () => {
    const signers = readAllowedSigners(`mallory ${mallory}\n"alice,bob smith" ${alice} a comment\n`);
    assert.equal(verdict(whole, signers), text);
  });

  test('is judged as ssh-keygen judges it', () => {
    for (const options of ['', 'namespaces="bootagent" ', 'namespaces="git" ', 'cert-authority ']) {
      const line = `alice ${options}${alice}\n`;
      writeFileSync(join(folder, 'signers'), line);
      writeFileSync(join(folder, 'one.sig'), signature(text));
      const words = ['-Y', 'verify', '-f', 'signers', '-I', 'alice', '-n', 'bootagent', '-s', 'one.sig'];
      let theirs = true;
      try {
        execFileSync('ssh-keygen', words, { cwd: folder, input: text, stdio: ['pipe', 'ignore', 'ignore'] });
      } catch {
        theirs = false;
      }
      assert.equal(verdict(whole, readAllowedSigners(line)) === text, theirs, options);
    }
  });
});
