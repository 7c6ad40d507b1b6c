import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalText, hashOf } from '../../agent/engine/hash.ts';
import { nothing } from '../../agent/userdata/schema/source-node.ts';
import { readYaml } from '../../agent/userdata/yaml/read-yaml.ts';

const read = (yaml: string): unknown =>
  canonicalText(readYaml(yaml, 'x', { error: () => {}, warning: () => {} }) ?? nothing);

test('settings with equal text are equal, wherever they are written', () => {
  assert.deepEqual(read('a: {b: [1, "on", ~], c: 0644}'), { a: { b: ['1', 'on', null], c: '0644' } });
  assert.deepEqual(read('\n\na:\n  b:\n  - 1\n  - on\n  -\n  c: 0644\n'), read('a: {b: [1, "on", ~], c: 0644}'));
  assert.equal(canonicalText(undefined), undefined);
});

test('another key, value, order of a list or depth is another hash', () => {
  const all = [
    'a: {b: 1}',
    'a: {b: 2}',
    'a: {c: 1}',
    'a: [b, 1]',
    'a: [1, b]',
    'a: {b: [1]}',
    'a: ""',
    'a: ~',
    'a: []',
  ];
  assert.equal(new Set(all.map((yaml) => hashOf(read(yaml)))).size, all.length);
});

test('a value of nulls and empty lists is its own hash', () => {
  assert.equal(hashOf([null, [], [null]]), '[null,[],[null]]');
  assert.equal(hashOf(undefined), '');
  assert.match(hashOf([0]), /^[0-9a-f]{32}$/);
});
