import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editCondor } from '../../agent/edits/condor.ts';
import { shell } from '../../agent/edits/shell.ts';

describe('the condor syntax', () => {
  const set = { NO_DNS: 'True', X: '1' };
  for (const [what, before, after] of [
    ['an empty file', '', 'NO_DNS = True\nX = 1\n'],
    ['a last line without an end', 'A = 1', 'A = 1\nNO_DNS = True\nX = 1\n'],
    ['other spellings', '  no_dns=False\n\tX = 0 # was\n', 'NO_DNS = True\nX = 1\n'],
    [
      'comments and names that only look alike',
      '#X = 0\nXX = 0\nX.Y = 0\n',
      '#X = 0\nXX = 0\nX.Y = 0\nNO_DNS = True\nX = 1\n',
    ],
    ['a value over several lines', 'X = a \\\n  b \\\n  c\nA = 1\n', 'A = 1\nNO_DNS = True\nX = 1\n'],
    ['a value with an end of its own', 'X @=end\na\n@end\nA = 1\n', 'A = 1\nNO_DNS = True\nX = 1\n'],
    ['what comes after ours', 'NO_DNS = True\nX = 1\nX = 2\n', 'NO_DNS = True\nX = 1\n'],
  ] as const) {
    test(`copes with ${what}`, () => {
      assert.equal(editCondor(before, { syntax: 'condor', set }), after);
    });
  }
});

const line = fc.oneof(
  fc.stringMatching(/^[ -~]{0,30}$/),
  fc.constantFrom('A=1', 'A = 2', 'export A=3', '# A=4', 'AA=5', 'B = x \\', ' a = 1', ''),
);
const file = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
const value = fc.stringMatching(/^[ -~]{0,20}$/);

for (const [name, edit] of [
  ['condor', (text: string, word: string) => editCondor(text, { syntax: 'condor', set: { A: word, B: 'b' } })],
  ['shell', (text: string, word: string) => shell(text, { syntax: 'shell', set: { A: word, B: 'b' } })],
] as const) {
  test(`the ${name} syntax changes nothing when it is done twice`, () => {
    fc.assert(
      fc.property(
        file,
        value.filter((word) => !word.endsWith('\\')),
        (text, word) => {
          const once = edit(text, word);
          assert.equal(edit(once, word), once);
        },
      ),
      { seed: 7, numRuns: 2000 },
    );
  });
}

test('the shell syntax leaves every other line as it is', () => {
  fc.assert(
    fc.property(file, value, (text, word) => {
      const others = (all: string) =>
        all.split('\n').filter((each) => each !== '' && !/^\s*(export\s+)?[AB]=/.test(each));
      assert.deepEqual(others(shell(text, { syntax: 'shell', set: { A: word, B: 'b' } })), others(text));
    }),
    { seed: 7, numRuns: 2000 },
  );
});
