import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLines } from '../../agent/report/lines.ts';

test('a long wait is one line that names the module and what it waits for', () => {
  const lines = eventLines({ event: 'waiting', module: 'packages', what: 'waiting for the dnf lock', ms: 12_000 });
  assert.equal(lines.length, 1);
  assert.match(JSON.stringify(lines), /packages.*waiting for the dnf lock/);
});

test('the beginnings of a run, a stage and a module are no lines of their own', () => {
  assert.deepEqual(eventLines({ event: 'module-began', module: 'users', stage: 'main' }), []);
});
