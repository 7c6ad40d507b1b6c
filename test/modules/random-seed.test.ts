import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { randomSeed } from '../../modules/random-seed.ts';
import { plan } from '../support/settings.ts';

const itemOf = (yaml: string): string => {
  const script = plan(randomSeed, yaml).at(-1)?.changes[0];
  return script?.kind === 'script' ? (script.items[0] ?? '') : '';
};
const run = (text: string): string => execFileSync('sh', ['-c', text], { encoding: 'utf8' });

describe('the command of random_seed', () => {
  test('runs with its words as they are, and knows the file', () => {
    const text = itemOf(
      `random_seed: {file: "/dev/it's", command: [sh, -c, 'echo "$RANDOM_SEED_FILE $1"', x, "a 'b"]}`,
    );
    assert.equal(run(text), "/dev/it's a 'b\n");
  });

  test('that is not installed is passed over, unless it is required', () => {
    assert.equal(run(itemOf('random_seed: {command: [no-such-program, a]}')), '');
    const required = itemOf('random_seed: {command: [no-such-program], command_required: true}');
    assert.throws(() => execFileSync('sh', ['-c', required], { stdio: 'ignore' }));
  });
});
