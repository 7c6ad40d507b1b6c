import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

const index = readFileSync('docs/decisions/README.md', 'utf8');
const pages = globSync('docs/decisions/0*.md').sort();

test('the index of decisions lists every page by its title', () => {
  const listed = [...index.matchAll(/^\| (\d+) \| \[(.+)\]\((.+)\) \|$/gm)].map(([, ...row]) => row);
  const expected = pages.map((path) => {
    const [, number, title] = /^# (\d+)\. (.+)$/m.exec(readFileSync(path, 'utf8')) ?? [];
    return [number, title, basename(path)];
  });
  assert.deepEqual(listed, expected);
});
