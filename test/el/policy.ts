import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';

const policy = process.env.BOOTAGENT_EL_POLICY;
const lacks = spawnSync('sesearch', ['--version']).error ? 'sesearch is not installed (setools)' : false;
const skip = policy === undefined ? 'npm run test:el -- --policy FILE' : lacks;

/** Returns whether a policy allows a domain an access, by its unconditional rules and by booleans that are on. */
function allows(source: string, target: string, sort: string, right: string): boolean {
  const words = ['--allow', '--source', source, '--target', target, '--class', sort, '--perm', right, policy ?? ''];
  const { status, stdout, stderr } = spawnSync('sesearch', words, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim() !== '';
}

describe('a policy', { skip }, () => {
  for (const domain of ['passwd_t']) {
    for (const right of ['read', 'write']) {
      test(`lets ${domain} ${right} the pipes of the agent`, () =>
        assert.ok(allows(domain, 'unconfined_service_t', 'fifo_file', right)));
    }
  }
  test('lets the agent compile as it runs', () =>
    assert.ok(allows('unconfined_service_t', 'unconfined_service_t', 'process', 'execmem')));
  test('keeps sshd from a file without a label', () => assert.ok(!allows('sshd_t', 'unlabeled_t', 'file', 'read')));
});
