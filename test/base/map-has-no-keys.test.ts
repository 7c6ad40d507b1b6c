import assert from 'node:assert/strict';
import { test } from 'node:test';

// `npm run types` fails where a line below an "@ts-expect-error" compiles.
const map: ReadonlyMap<string, number> = new Map([['a', 1]]);
const set: ReadonlySet<string> = new Set(['a']);
const record: Readonly<Record<string, number>> = { a: 1 };
const loose = JSON.parse('{"a":1}');

const compiled: readonly (readonly string[])[] = [Object.keys(record), Object.keys(loose), [JSON.stringify(record)]];
const refused: readonly unknown[] = [
  // @ts-expect-error the keys of a Map
  Object.keys(map).length,
  // @ts-expect-error the values of a Map
  Object.values(map).length,
  // @ts-expect-error the entries of a Map that may change
  Object.entries(new Map(map)).length,
  // @ts-expect-error the values of a Set
  Object.values(set).length,
  // @ts-expect-error a Map copied into an object
  Object.assign({}, map).size,
  // @ts-expect-error a Map as JSON
  JSON.stringify(map).length,
];

test('a Map has no properties to list, which is why these calls do not compile', () => {
  assert.deepEqual(refused, [0, 0, 0, 0, undefined, 2]);
  assert.deepEqual(compiled, [['a'], ['a'], ['{"a":1}']]);
});

function eachKey(): number {
  let count = 0;
  // @ts-expect-error a loop over the keys of a Map
  for (const _ of Object.keys(map)) count++;
  return count;
}

test('a loop over the keys of a Map does not run', () => assert.equal(eachKey(), 0));
