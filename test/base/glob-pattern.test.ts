import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { globMatcher } from '../../agent/base/glob-pattern.ts';
import { ask, missing } from '../support/python.ts';

/** Calls fnmatch(3) of this machine's C library; flag 2 is FNM_NOESCAPE. */
const fnmatch = `
import ctypes, json, sys
libc = ctypes.CDLL(None)
fit = lambda pattern, text, escapes: libc.fnmatch(pattern.encode(), text.encode(), 0 if escapes else 2) == 0
print(json.dumps([fit(*each) for each in json.load(sys.stdin)]))
`;

describe('a glob pattern', () => {
  for (const [pattern, fitting, others] of [
    ['en*', ['en', 'ens3'], ['e', 'wlen0']],
    ['en[', ['en['], ['en', 'ena']],
    ['dev[', ['dev['], ['dev']],
    ['[!0]', ['1', '!'], ['0', '']],
    ['[^0]', ['1', '^'], ['0']],
    ['[]-a]', [']', 'a', '_'], ['-']],
    ['[!]a]', ['b'], [']', 'a']],
    ['[a-]', ['a', '-'], ['b']],
    ['[b-a]', [], ['a', 'b']],
    ['[[:digit:]x]', ['7', 'x'], ['d', ':']],
    ['a+(b).$', ['a+(b).$'], ['aab.$']],
    ['\\*', ['*'], ['a', '\\*']],
    ['a\\', [], ['a', 'a\\']],
    ['', [''], ['a']],
  ] as const) {
    test(`${JSON.stringify(pattern)} matches ${fitting.length} of these texts`, () => {
      for (const text of fitting) assert.equal(globMatcher(pattern)(text), true, text);
      for (const text of others) assert.equal(globMatcher(pattern)(text), false, text);
    });
  }

  test('has sets and escapes only in dialects that have them', () => {
    assert.equal(globMatcher('a[b]', { sets: false })('a[b]'), true);
    assert.equal(globMatcher('a[b]', { sets: false })('ab'), false);
    assert.equal(globMatcher('a\\x2d*', { escapes: false })('a\\x2db'), true);
  });

  test('equals fnmatch(3) for any pattern and text', { skip: missing('ctypes') }, () => {
    const piece = fc.constantFrom(...'ab-z09[]!^*?\\:', '[:digit:]', '[:alpha:]', '[!', '[a-', 'Z', ' ', '_');
    const text = fc.array(fc.constantFrom(...'ab-z09[]!^*?\\:Z _'), { maxLength: 6 }).map((all) => all.join(''));
    const cases = fc.sample(
      fc.tuple(
        // A range up to a bracket before a colon: glibc reads it as a range or as a class, depending on the position of the
        // match.
        fc
          .array(piece, { maxLength: 8 })
          .map((all) => all.join(''))
          .filter((all) => !all.includes('-[:')),
        text,
        fc.boolean(),
      ),
      { numRuns: 20_000, seed: 3 },
    );
    const expected = ask(fnmatch, cases) as boolean[];
    const wrong = cases.filter(([pattern, each, escapes], index) => {
      return globMatcher(pattern, { escapes })(each) !== expected[index];
    });
    assert.ok(expected.filter(Boolean).length > 500, 'enough of them match');
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  test('takes no time that grows as a power of its stars', () => {
    assert.equal(globMatcher(`${'*a'.repeat(40)}b`)('a'.repeat(4_000)), false);
  });
});
