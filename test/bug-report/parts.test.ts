import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { collectParts } from '../../agent/bug-report/collect.ts';
import { scrubber } from '../../agent/bug-report/scrub.ts';
import { tarOf } from '../../agent/bug-report/tar.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('tar', () => {
  test("archives are read by the system's tar, with sizes around a block and long names", () => {
    const files = [0, 1, 511, 512, 513, 1024].map((size) => ({
      name: `folder/${size}`,
      content: bytes('x'.repeat(size)),
    }));
    const long = { name: `folder/below/${'n'.repeat(100)}`, content: bytes('long') };
    const archive = tarOf([...files, long], 1_700_000_000);
    assert.equal(archive.length % 512, 0);
    const list = execFileSync('tar', ['--utc', '-tvf', '-'], { input: archive, encoding: 'utf8' }).trim().split('\n');
    assert.deepEqual(
      list.map((line) => line.split(/\s+/).toSpliced(1, 1)),
      [...files, long].map(({ name, content }) => ['-rw-------', String(content.length), '2023-11-14', '22:13', name]),
    );
    assert.equal(String(execFileSync('tar', ['-xOf', '-', long.name], { input: archive })), 'long');
  });
});

describe('collecting parts', () => {
  test('a part that fails, hangs or does not exist costs only itself, and is named without its secrets', async () => {
    const { files, missing } = await collectParts(
      [
        { name: 'fails', make: async () => Promise.reject(new Error('cannot read s3cret-value')) },
        { name: 'hangs', make: () => new Promise(() => {}) },
        { name: 'none', make: async () => undefined },
        { name: 'good', make: async () => ({ password: 'a', text: 's3cret-value' }) },
      ],
      scrubber(['s3cret-value']),
      50,
    );
    assert.deepEqual(missing, [
      { name: 'fails', why: 'cannot read (hidden)' },
      { name: 'hangs', why: 'took longer than 0.05 s' },
      { name: 'none', why: 'does not exist' },
    ]);
    assert.deepEqual(
      files.map(({ name, content }) => [name, JSON.parse(new TextDecoder().decode(content))]),
      [['good', { password: '(hidden)', text: '(hidden)' }]],
    );
  });
});

describe('the scrubber', () => {
  const scrub = scrubber(['s3cret-value', 'pa"ss\\word']);

  for (const text of [
    'keyboard: de, keys: 2',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@here',
    'SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    'token bucket of 5, a secret garden, lock_passwd',
  ])
    test(`leaves "${text}" as it is`, () => assert.equal(scrub.text(text), text));

  test('finds a known secret in JSON, in a URL and in base64', () => {
    const shown = [
      JSON.stringify({ a: 'pa"ss\\word' }),
      encodeURIComponent('pa"ss\\word'),
      Buffer.from('s3cret-value').toString('base64'),
      Buffer.from('s3cret-value\n').toString('base64'),
    ].map(scrub.text);
    for (const each of shown) assert.match(each, /\(hidden\)/);
  });

  test('is linear: long texts that begin like secrets are scrubbed at once', () => {
    for (const text of [
      'a_'.repeat(200_000),
      '-----BEGIN '.repeat(50_000),
      'x-'.repeat(200_000),
      'token= '.repeat(50_000),
    ])
      assert.ok(scrub.text(text).length > 0);
  });
});
