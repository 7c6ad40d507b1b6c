import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Step } from '../../agent/engine/step.ts';
import { eventLines } from '../../agent/report/lines.ts';

test('a long wait is one line that names the module and what it waits for', () => {
  const lines = eventLines({ event: 'waiting', module: 'packages', what: 'waiting for the dnf lock', ms: 12_000 });
  assert.equal(lines.length, 1);
  assert.match(JSON.stringify(lines), /packages.*waiting for the dnf lock/);
});

test('the beginnings of a run, a stage and a module are no lines of their own', () => {
  assert.deepEqual(eventLines({ event: 'module-began', module: 'users', stage: 'main' }), []);
});

const file = (own: { readonly secret?: true } = {}) =>
  ({
    at: 'write_files[0]',
    change: { kind: 'file', path: '/etc/a', content: 'hidden\n', ...own },
    difference: { why: 'create', file: { path: '/etc/a', before: undefined, after: 'hidden\n' } },
  }) as const;
const textsOf = (step: Step): readonly string[] =>
  eventLines({ event: 'step', module: 'write_files', step }).map(({ text }) => text);

test('a plan shows the content of a file, and not of a secret one', () => {
  const [head, ...content] = textsOf({ ...file(), outcome: 'due' });
  assert.match(head ?? '', /^ {2}\+ write_files {10}\/etc\/a/);
  assert.deepEqual(
    content.map((line) => line.trim()),
    ['+ hidden'],
  );
  assert.equal(textsOf({ ...file({ secret: true }), outcome: 'due' }).length, 1);
});

test('a run shows no content of files, and a change without a file has none', () => {
  assert.equal(textsOf({ ...file(), outcome: 'made' }).length, 1);
  const change = { kind: 'hostname', name: 'a' } as const;
  assert.equal(textsOf({ at: 'hostname', change, outcome: 'due', difference: { why: 'b -> a' } }).length, 1);
});

test('an unchanged module has a line, for debugging alone if it was applied before', () => {
  const lines = (state: 'holds' | 'kept' | 'made') =>
    eventLines({ event: 'module-ended', module: 'users', result: { state, ms: 1 } }).map(({ weight }) => weight);
  assert.deepEqual([lines('holds'), lines('kept'), lines('made')], [['info'], ['debug'], []]);
});
