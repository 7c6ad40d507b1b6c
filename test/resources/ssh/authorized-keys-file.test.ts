import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keysIn, redirect, unknownOption, withKeys } from '../../../agent/resources/ssh/authorized-keys-file.ts';
import { blobOf } from '../../../agent/resources/ssh/blob.ts';
import { type KeyLine, readKeyLine } from '../../../agent/resources/ssh/key-line.ts';
import { keyOf } from '../../support/ssh-keys.ts';

const [a, b, c] = [keyOf(1), keyOf(2), keyOf(3)];

function lines(...texts: readonly string[]): KeyLine[] {
  return texts.map((text) => {
    const line = readKeyLine(text);
    if (typeof line === 'string') throw new Error(`${text} ${line}`);
    return line;
  });
}

describe('keys put into a file', () => {
  for (const [claim, before, wanted, after] of [
    ['make it where it was not', '', [`${a} me`], `${a} me\n`],
    ['stand behind what is there', `# mine\n${b} b\n`, [`${a} me`], `# mine\n${b} b\n${a} me\n`],
    ['do not run into a last line without an end', `${b} b`, [a], `${b} b\n${a}\n`],
    ['are not put in twice, whatever their comment', `${a} old\n`, [`${a} new`], `${a} old\n`],
    ['keep the order they are asked in', '', [b, a, b], `${b}\n${a}\n`],
    ['leave what is no key alone', 'rubbish\r\n\n', [a], `rubbish\r\n\n${a}\n`],
    ['leave options that stand there', `from="10.0.0.1" ${a} x\n`, [a], `from="10.0.0.1" ${a} x\n`],
    ['bring their own options', `${b}\n${a} x\n${c}\n`, [`no-pty ${a} y`], `${b}\nno-pty ${a} y\n${c}\n`],
    ['with options leave no line without them', `${a} x\n${b}\n${a} y\n`, [`no-pty ${a}`], `no-pty ${a}\n${b}\n`],
    ['undo a line that only says where to log in', `${redirect('u', 'root')} ${a} x\n`, [`${a} x`], `${a} x\n`],
  ] as const) {
    test(claim, () => assert.equal(withKeys(before, lines(...wanted)), after));
  }

  test('twice are once, and no other line changes', () => {
    const line = fc.oneof(
      fc.constantFrom(a, b, c, `no-pty ${a}`, `${b} b`, '# x'),
      fc.string().map((each) => each.replace(/\n/g, '')),
    );
    const file = fc.tuple(fc.array(line), fc.constantFrom('', '\n')).map(([all, end]) => all.join('\n') + end);
    const wanted = fc.array(fc.constantFrom(a, `${b} w`, `from="x" ${c}`), { maxLength: 4 });
    fc.assert(
      fc.property(file, wanted, (text, keys) => {
        const once = withKeys(text, lines(...keys));
        assert.equal(withKeys(once, lines(...keys)), once);
        const others = (all: string) =>
          all.split('\n').filter((each) => typeof readKeyLine(each) === 'string' && each !== '');
        assert.deepEqual(others(once), others(text));
        const blobs = new Set(keysIn(once).map(({ key }) => Buffer.from(key.blob).toString('hex')));
        for (const { key } of lines(...keys)) assert.ok(blobs.has(Buffer.from(key.blob).toString('hex')));
      }),
      { seed: 9, numRuns: 500 },
    );
  });
});

describe('options', () => {
  for (const [options, unknown] of [
    ['', undefined],
    ['no-pty,from="a,b",command="echo \\"x, y\\""', undefined],
    ['restrict,X11-Forwarding,permitopen="h:1"', undefined],
    ['no-pty,form="10.0.0.1"', 'form="10.0.0.1"'],
    ['from=10.0.0.1', 'from=10.0.0.1'],
    ['me@here', 'me@here'],
    [redirect('cloud-user', 'root'), undefined],
  ] as const) {
    test(`${options || 'none'}: ${unknown ?? 'all known'}`, () => assert.equal(unknownOption(options), unknown));
  }
});

test('merging keys takes time in proportion to their number', () => {
  const many = (count: number): KeyLine[] =>
    lines(
      ...Array.from({ length: count }, (_, index) => {
        const bytes = Buffer.alloc(32);
        bytes.writeUInt32BE(index + 1);
        return `ssh-ed25519 ${blobOf('ssh-ed25519', bytes).toString('base64')}`;
      }),
    );
  const took = (count: number): number => {
    const wanted = many(count);
    const text = wanted.map(({ text }) => `${text}\n`).join('');
    const { user } = process.cpuUsage();
    assert.equal(withKeys(text, wanted), text);
    return process.cpuUsage().user - user;
  };
  took(500);
  // Linear work gives a ratio of 8, quadratic work 64.
  const least = (count: number): number => Math.min(took(count), took(count), took(count));
  const ratio = least(4000) / least(500);
  assert.ok(ratio < 30, `${ratio}`);
});
