import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pages } from '../../packaging/manual/pages.ts';

for (const [path, text] of Object.entries(pages())) {
  test(`${path} is what the tables say (npm run manual)`, () => {
    assert.equal(readFileSync(path, 'utf8'), text);
  });
}
