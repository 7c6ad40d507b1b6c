import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isColoured, signedLine, type TextLine, terminalText } from '../../agent/report/terminal-text.ts';

describe('whether output is coloured', () => {
  for (const [terminal, env, expected] of [
    [true, {}, true],
    [false, {}, false],
    [true, { TERM: 'dumb' }, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, true],
  ] as const) {
    test(`${terminal ? 'a terminal' : 'a pipe'} with ${JSON.stringify(env)}: ${expected}`, () => {
      assert.equal(isColoured({ terminal, env }), expected);
    });
  }
});

const long: TextLine = { text: '  x swap    one two three four five six seven', indent: 10 };

describe('the width of a terminal', () => {
  test('a long line continues at its column', () => {
    const lines = terminalText([long], { colour: false, columns: 32 }).split('\n');
    assert.deepEqual(lines, ['  x swap    one two three four', '          five six seven', '']);
    assert.ok(lines.every((line) => line.length <= 32));
  });

  test('a pipe, a narrow terminal and a line of a file leave it whole', () => {
    assert.equal(terminalText([long], { colour: false }), `${long.text}\n`);
    assert.equal(terminalText([long], { colour: false, columns: 25 }), `${long.text}\n`);
    assert.equal(terminalText([{ text: long.text }], { colour: false, columns: 40 }), `${long.text}\n`);
  });

  test('a word that is longer than the terminal stays whole', () => {
    const word = 'w'.repeat(60);
    assert.equal(terminalText([{ text: `a ${word} b`, indent: 0 }], { colour: false, columns: 40 }), `a\n${word}\nb\n`);
  });
});

describe('colour', () => {
  test('is that of the named part', () => {
    const line: TextLine = { text: 'f:1:1: error[x] no', tone: 'error', part: 'error[x]' };
    assert.equal(terminalText([line], { colour: true }), 'f:1:1: \x1b[31merror[x]\x1b[39m no\n');
  });

  test('escapes of foreign text do not reach the terminal', () => {
    const line: TextLine = { text: 'a\x1b[31mb', tone: 'good' };
    assert.equal(terminalText([line], { colour: true }), '\x1b[32ma\\x1b[31mb\x1b[39m\n');
  });

  test('a part with a dollar sign is kept', () => {
    assert.equal(
      terminalText([{ text: '# $& x', tone: 'faint', part: '# $&' }], { colour: true }),
      '\x1b[90m# $&\x1b[39m x\n',
    );
  });

  test('a fault of a status is red and a warning yellow', () => {
    const text = terminalText(['state done', '  x a: b', '  ! c: d'].map(signedLine), { colour: true });
    assert.equal(text, 'state done\n\x1b[31m  x \x1b[39ma: b\n\x1b[33m  ! \x1b[39mc: d\n');
  });
});
