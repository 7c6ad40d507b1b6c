import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { assertGolden } from '../support/golden.ts';

const facts = 'test/golden/examples/facts.json';

/** Returns the printed plan of an example, for the machine whose facts are stored beside it. */
const planOf = (example: string): string => {
  const argv = ['agent/main.ts', 'plan', '--as-new', '--facts', facts, '--user-data', example];
  return execFileSync(process.execPath, argv, { encoding: 'utf8' }).replace(/, in [\d.]+ s\.$/m, '.');
};

for (const example of globSync('examples/*.yaml').sort()) {
  test(`${example} is planned as ever (UPDATE_GOLDEN=1 writes the plan anew)`, () => {
    assertGolden(`test/golden/examples/${basename(example, '.yaml')}.txt`, planOf(example));
  });
}

test('the plan of the worker node shows no secret', () => {
  for (const name of ['worker-node', 'worker-node-cloud-config']) {
    assert.doesNotMatch(readFileSync(`test/golden/examples/${name}.txt`, 'utf8'), /example-pool-password/);
  }
});
