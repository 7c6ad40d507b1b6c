import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chartOf } from '../../bench/vm/chart.ts';

const page = readFileSync('docs/boot-cost.md', 'utf8');

test('docs/boot-cost.svg shows the table of docs/boot-cost.md: npm run bench:vm -- chart', () => {
  assert.equal(readFileSync('docs/boot-cost.svg', 'utf8'), chartOf(page));
});

test('the chart has a bar for each setup, and the added time in figures', () => {
  const chart = chartOf(page);
  for (const word of ['no agent', 'bootagent', 'cloud-init'])
    assert.ok(chart.split(`>${word}</text>`).length - 1 >= 2, word);
  const [, added = ''] = /\| bootagent\/debian-12 \| worker \| first \| [^|]+ \| (\+[\d.]+) s/.exec(page) ?? [];
  assert.ok(chart.includes(`(${added})`), added);
});

test('a table without a row that the chart needs is an error', () => {
  const without = page.replace(/^\| cloud-init\/debian-13 \| worker \| first .*\n/m, '');
  assert.throws(() => chartOf(without), /no first boot of cloud-init on debian-13/);
});
