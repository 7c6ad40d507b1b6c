import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { summaryIn } from '../../agent/report/read-summary.ts';

const fault = { at: 'write_files[0]', code: 'file-failed', message: 'm' };
const note = { level: 'note', text: 't' };
const module = { state: 'problems', ms: 3, problems: [fault, fault], items: [{}], notes: [note] };
const whole = {
  state: 'problems',
  updated: 1,
  seconds: 2,
  console_lines: 3,
  keys: 4,
  stages: ['main'],
  fingerprints: ['f'],
  instance: { id: 'i', datasource: 'ec2', how: 'h', standing: 'new' },
  modules: { users: { ...module, before: module }, done: { state: 'done', ms: 0, problems: [], items: [] } },
  left: [{ ...fault, module: 'users' }],
  notes: [note],
  now: { module: 'users', since: 5 },
};

/** Returns copies of a value in which one part at a time has another type. */
function damaged(value: unknown): unknown[] {
  if (typeof value === 'string') return [7, null];
  if (typeof value === 'number') return ['7', null];
  if (Array.isArray(value))
    return [7, ...value.flatMap((each, index) => damaged(each).map((other) => value.with(index, other)))];
  if (typeof value !== 'object' || value === null) return [];
  const parts = Object.entries(value).flatMap(([key, part]) =>
    damaged(part).map((other) => ({ ...value, [key]: other })),
  );
  return [7, null, ...parts];
}

describe('the text of status.json', () => {
  test('is read where it is whole, and where parts of it are absent', () => {
    assert.deepEqual({ ...summaryIn(JSON.stringify(whole)), ...whole }, summaryIn(JSON.stringify(whole)));
    assert.equal(summaryIn('{"state": "done"}', '1.2')?.state, 'done');
    assert.ok(
      summaryIn(JSON.stringify({ state: 'done', modules: { a: { state: 'done', ms: 0, problems: [], items: [] } } })),
    );
  });

  test('is refused as a whole where any part has another type', () => {
    const all = damaged(whole);
    assert.ok(all.length > 80, `${all.length} damaged texts`);
    const taken = all.filter((each) => summaryIn(JSON.stringify(each)) !== undefined);
    assert.deepEqual(
      taken.map((each) => JSON.stringify(each)),
      [],
    );
  });

  for (const text of ['', '{', 'null', '[]', '7', '{"state": 7}', '{}'])
    test(`is refused: ${JSON.stringify(text)}`, () => assert.equal(summaryIn(text), undefined));
});
