import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../agent/state/records.ts';

const head = '{"is":"format","version":1}\n';
const record = '{"is":"began-run","at":1}\n';

test('an empty journal has no damage', () => assert.equal(parse('').damaged, 0));
test('a journal that lost its first line counts as damaged once', () => assert.equal(parse(`garbage\n`).damaged, 2));
test('each unreadable line of a journal is counted', () =>
  assert.equal(parse(`${head}garbage\n${record}{"is"\n`).damaged - parse(`${head}${record}`).damaged, 2));
test('a truncated last line does not count as damage', () => {
  const journal = parse(`${head}{"is":"be`);
  assert.deepEqual([journal.damaged, journal.torn], [0, true]);
});
