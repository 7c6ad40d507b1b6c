import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { blobOf, numberField, reader } from '../../../agent/resources/ssh/blob.ts';
import { fingerprintOf } from '../../../agent/resources/ssh/key-fingerprint.ts';
import { readKeyLine } from '../../../agent/resources/ssh/key-line.ts';
import { keyTypes } from '../../../agent/resources/ssh/key-types.ts';
import { often } from '../../support/often.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V';
const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;

describe('a line of authorized_keys', () => {
  test('is read into options, key and comment', () => {
    const line = readKeyLine(` from="10.0.0.0/8,a b",no-pty ${key} me@here  \n`);
    assert.ok(typeof line !== 'string');
    assert.deepEqual(
      [line.text, line.options, line.comment, line.key.type.name, line.key.bits],
      [`from="10.0.0.0/8,a b",no-pty ${key} me@here`, 'from="10.0.0.0/8,a b",no-pty', 'me@here', 'ssh-ed25519', 256],
    );
  });

  for (const [line, reason] of [
    [`${key}\n${key}`, 'has a line break in it: one key, one line'],
    [`${key} x\rcommand="evil" ${key}`, 'has a line break in it: one key, one line'],
    [`${key} a\0b`, 'has a NUL byte in it'],
    ['', 'is a comment, not a key'],
    [`# ${key}`, 'is a comment, not a key'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'is the file of a private key, not the line of a public one'],
    ['ssh-ed25519', 'has a type and no key'],
    ['ssh-ed25518 AAAA', 'is of no type that OpenSSH knows ("ssh-ed25518")'],
    [key.slice(0, -1), 'is not base64'],
    [key.slice(0, -4), 'is truncated'],
    [key.replace('ssh-ed25519', 'ssh-rsa'), 'says ssh-rsa and holds a key of type ssh-ed25519'],
    ['ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgDR', 'is an RSA key of 8 bits; OpenSSH takes none below 1024'],
  ] as const) {
    test(`is refused where it ${reason}`, () => assert.equal(readKeyLine(line), reason));
  }
});

describe('keys are taken exactly when ssh-keygen -l takes them', { skip: !hasKeygen && 'no ssh-keygen here' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-keys-'));
  let genuine: string[] = [];
  before(() => {
    genuine = genuineKeys(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  const count = often(5000);
  test(`${count} of them, with equal fingerprints`, () => {
    const lines = [...new Set(fc.sample(anyLine(genuine), { numRuns: 2 * count, seed: 20 }))].slice(0, count);
    assert.equal(lines.length, count);
    const ours = lines.map((line) => {
      const read = readKeyLine(line);
      return typeof read === 'string' ? undefined : `${read.key.bits} ${fingerprintOf(read.key)}`;
    });
    const theirs = fingerprints(folder, lines);
    const apart = lines.flatMap((line, at) =>
      ours[at] === theirs[at] ? [] : [{ line, we: ours[at], they: theirs[at] }],
    );
    assert.deepEqual(apart.slice(0, 5), []);
    // A generator of only invalid lines, or of only keys, would prove nothing.
    const taken = theirs.filter((each) => each !== undefined).length;
    assert.ok(taken > 0.2 * count && taken < 0.8 * count, `${taken} of ${count} were keys`);
  });

  test('one line in is never two lines out', () => {
    const breaks = fc.constantFrom('\n', '\r', '\r\n', '\0', '\n\r');
    const broken = fc.tuple(anyLine(genuine), breaks, anyLine(genuine)).map((parts) => parts.join(''));
    for (const line of fc.sample(broken, { numRuns: often(1000), seed: 3 })) {
      const read = readKeyLine(line);
      assert.ok(typeof read === 'string' || !/[\r\n\0]/.test(read.text), JSON.stringify(line));
    }
  });
});

/** Returns ssh-keygen's result for each line from one call; marker keys between the lines identify the position. */
function fingerprints(folder: string, lines: readonly string[]): (string | undefined)[] {
  const file = join(folder, 'all');
  writeFileSync(file, lines.map((line, at) => `${key} mark-${at}\n${line}\n`).join(''));
  const told = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'latin1', maxBuffer: 2 ** 26 });
  const answers: (string | undefined)[] = lines.map(() => undefined);
  let at = -1;
  for (const line of told.split('\n')) {
    const mark = / mark-(\d+) \(ED25519\)$/.exec(line)?.[1];
    if (mark !== undefined && Number(mark) === at + 1) at++;
    else if (line !== '') answers[at] = line.split(' ').slice(0, 2).join(' ');
  }
  return answers;
}

function genuineKeys(folder: string): string[] {
  const lines: string[] = [];
  const made = (name: string, ...options: string[]): string | undefined => {
    const path = join(folder, name);
    if (spawnSync('ssh-keygen', ['-q', '-N', '', '-C', name, '-f', path, ...options]).status !== 0) return undefined;
    lines.push(readFileSync(`${path}.pub`, 'utf8').trim());
    return path;
  };
  const all = [
    made('ed25519', '-t', 'ed25519'),
    made('rsa', '-t', 'rsa', '-b', '2048'),
    ...['256', '384', '521'].map((size) => made(`ecdsa${size}`, '-t', 'ecdsa', '-b', size)),
    made('dsa', '-t', 'dsa'),
  ].filter((path) => path !== undefined);
  for (const authority of all.filter((path) => !path.endsWith('dsa') || path.endsWith('ecdsa'))) {
    for (const subject of all) {
      const options = [
        '-q',
        '-s',
        authority,
        '-I',
        'id',
        '-n',
        'a,b',
        '-O',
        'source-address=10.0.0.0/8',
        `${subject}.pub`,
      ];
      if (spawnSync('ssh-keygen', options).status === 0) lines.push(readFileSync(`${subject}-cert.pub`, 'utf8').trim());
    }
  }
  for (const [type, bits] of [
    ['rsa', 1024],
    ['rsa', 1016],
  ] as const) {
    const { e = '', n = '' } = generateKeyPairSync(type, { modulusLength: bits }).publicKey.export({ format: 'jwk' });
    const parts = [e, n].map((part) => numberField(Buffer.from(part, 'base64url')));
    lines.push(`ssh-rsa ${blobOf('ssh-rsa', ...parts).toString('base64')} ${bits}`);
  }
  const raw = reader(Buffer.from(lines[0]?.split(' ')[1] ?? '', 'base64'));
  raw.text();
  const name = 'sk-ssh-ed25519@openssh.com';
  lines.push(`${name} ${blobOf(name, raw.string() ?? '', 'ssh:').toString('base64')} token`);
  return lines;
}

/** Generates a genuine key, with the damage that typing mistakes, unusual tools and attackers cause. */
function anyLine(genuine: readonly string[]): fc.Arbitrary<string> {
  const line = fc.constantFrom(...genuine);
  const parts = line.map((each) => each.split(' '));
  const blank = fc.constantFrom(' ', '\t', '  ', ' \t');
  const blob = (change: (bytes: Buffer, at: number, value: number) => Uint8Array) =>
    fc.tuple(parts, fc.nat(), fc.nat(255)).map(([[type = '', text = '', comment = ''], at, value]) => {
      const bytes = Buffer.from(text, 'base64');
      return `${type} ${Buffer.from(change(bytes, at % bytes.length, value)).toString('base64')} ${comment}`;
    });
  const options = fc.constantFrom(
    'no-pty',
    'from="10.0.0.0/8,!10.1.1.1"',
    'command="echo \\"hi there\\"",no-pty',
    'cert-authority',
    'a"b c"d',
    'command="open',
    '12',
    '0',
    '-7',
    '12x',
    '007',
    'ssh-rsa',
    'environment="A=\\"',
    '\\"',
    '""',
    'é',
    '@host',
    '*.x,y',
  );
  const types = fc.constantFrom(...keyTypes.keys(), 'ssh-foo', 'RSA', 'ssh-rsa1', '', 'ssh-ed25519-cert');
  return fc
    .oneof(
      { weight: 3, arbitrary: line },
      { weight: 3, arbitrary: fc.tuple(options, blank, line).map((each) => each.join('')) },
      { weight: 2, arbitrary: fc.tuple(fc.string({ maxLength: 12 }), line).map((each) => each.join(' ')) },
      {
        weight: 2,
        arbitrary: fc.tuple(parts, blank, blank).map(([[t, b, c], x, y]) => `${x}${t}${y}${b}${x}${c}${y}`),
      },
      { weight: 2, arbitrary: fc.tuple(types, parts).map(([type, [, text]]) => `${type} ${text}`) },
      { weight: 2, arbitrary: blob((bytes, at) => bytes.subarray(0, at)) },
      {
        weight: 2,
        arbitrary: blob((bytes, at, value) =>
          Buffer.concat([bytes.subarray(0, at), Buffer.from([value]), bytes.subarray(at)]),
        ),
      },
      { weight: 3, arbitrary: blob((bytes, at, value) => bytes.with(at, value)) },
      { weight: 1, arbitrary: blob((bytes, at, value) => bytes.with(at % 8, value)) },
      { weight: 1, arbitrary: blob((bytes, _, value) => Buffer.concat([bytes, Buffer.alloc(value % 5)])) },
      { weight: 1, arbitrary: fc.tuple(line, fc.nat()).map(([each, at]) => each.slice(0, at % each.length)) },
      {
        weight: 1,
        arbitrary: fc.tuple(line, fc.nat(), fc.string({ maxLength: 2 })).map(([each, at, x]) => {
          const i = at % each.length;
          return each.slice(0, i) + x + each.slice(i);
        }),
      },
      { weight: 1, arbitrary: fc.tuple(parts, parts).map(([[type], [, text]]) => `${type} ${text}`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('RSA', 'ED25519', 'ECDSA', 'rsa-sha2-256', 'DSA', 'ssh-rsa'), parts)
          .map(([inner, [type = '', text = '']]) => {
            const bytes = Buffer.from(text, 'base64');
            return `${type} ${Buffer.concat([blobOf(inner), bytes.subarray(4 + bytes.readUInt32BE(0))]).toString('base64')}`;
          }),
      },
      { weight: 1, arbitrary: fc.string() },
    )
    .filter((each) => !/[\r\n\0]/.test(each));
}
