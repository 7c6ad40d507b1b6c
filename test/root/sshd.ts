import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { unable } from '../support/able.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-sshd-'));
after(() => rmSync(folder, { recursive: true }));
const key = join(folder, 'key');
const config = join(folder, 'sshd_config');

/** Returns the exit code and the last message of sshd for a configuration, with the given host key. */
function said(text: string, given: string): readonly [code: number | null, last: string] {
  writeFileSync(config, text);
  const { status, stderr } = spawnSync('/usr/sbin/sshd', ['-t', '-h', given, '-f', config], { encoding: 'utf8' });
  return [status, stderr.trim().split(/\r?\n/).at(-1) ?? ''];
}

describe('sshd that is given no key', { skip: unable('sshd', 'ssh-keygen') }, () => {
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const made = mkdirSync('/run/sshd', { recursive: true });
  if (made !== undefined) after(() => rmSync(made, { recursive: true }));

  for (const text of ['PermitRootLogin no\n', 'Match User x\n  PermitRootLogin yes\n', 'HostCertificate /none\n']) {
    test(`ends at the key that is missing, where with one it is content: ${JSON.stringify(text)}`, () => {
      assert.equal(said(text, key)[0], 0);
      assert.deepEqual(said(text, join(folder, 'none')), [1, 'sshd: no hostkeys available -- exiting.']);
    });
  }

  test('is content where the configuration names one', () => {
    assert.equal(said(`HostKey ${key}\n`, join(folder, 'none'))[0], 0);
  });

  for (const text of [
    'PermitRootLogin maybe\n',
    'NoSuchWord yes\n',
    'Subsystem\n',
    'Ciphers none\n',
    'AuthenticationMethods bogus\n',
    'AuthorizedKeysCommand /bin/true\n',
    'Match Sun\n',
    'Match User x\n  Port 23\n',
    `Include ${folder}/key.pub\n`,
  ]) {
    test(`refuses what it refuses with one: ${JSON.stringify(text.replace(folder, 'FOLDER'))}`, () => {
      const refused = said(text, key);
      assert.equal(refused[0], 255, refused[1]);
      assert.deepEqual(said(text, join(folder, 'none')), refused);
    });
  }
});
