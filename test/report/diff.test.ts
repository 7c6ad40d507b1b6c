import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diff } from '../../agent/report/diff.ts';

test('lines that both texts have are kept once, also the first of the part that differs', () => {
  assert.deepEqual(diff('x\na\nb\nc\n', 'a\nb\ny\nc\nz\n'), ['- x', '  a', '  b', '+ y', '  c', '+ z']);
});

test('a diff has as few lines of one text alone as any', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diff(textOf(before), textOf(after), 1000);
      const alone = lines.filter((line) => !line.startsWith('  ')).length;
      assert.equal(alone, before.length + after.length - 2 * commonLength(before, after), lines.join('\n'));
    }),
  );
});

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** The length of the longest common subsequence, by trying. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  if (a[0] === b[0]) return 1 + commonLength(a.slice(1), b.slice(1));
  return Math.max(commonLength(a.slice(1), b), commonLength(a, b.slice(1)));
}
