import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, suites } from '../support/suites.ts';

const top = join(import.meta.dirname, '../..');
const page = readFileSync(join(top, 'docs/reliability.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!Promise|Mutants|-)/.test(line));
const named = (text: string): string[] => [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);

test('every promise of docs/reliability.md names a test that exists', () => {
  const promises = rows.filter((row) => row.split(' | ').length === 3);
  assert.ok(promises.length > 20, `${promises.length} promises`);
  for (const row of promises) assert.ok(named(row).length > 0, row);
  assert.deepEqual(
    named(page).filter((path) => !existsSync(join(top, path))),
    [],
  );
});

test('every test that docs/reliability.md names belongs to a suite', () => {
  const all = new Set(Object.values(suites).flatMap(filesIn));
  const tests = named(page).filter((path) => !path.startsWith('test/mutation/'));
  assert.deepEqual(
    tests.filter((path) => !all.has(path)),
    [],
  );
});
