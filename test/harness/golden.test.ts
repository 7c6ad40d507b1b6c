import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const helper = join(import.meta.dirname, '../support/golden.ts');

/** Compares "new" with a golden file that contains "old". */
function compared(env: Readonly<Record<string, string>>): { status: number | null; stderr: string; left: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-golden-'));
  const path = join(folder, 'x.txt');
  writeFileSync(path, 'old\n');
  const program = `import { assertGolden } from ${JSON.stringify(helper)}; assertGolden(${JSON.stringify(path)}, 'new\\n');`;
  const { UPDATE_GOLDEN, BOOTAGENT_CI, ...rest } = process.env;
  const argv = ['--input-type=module', '-e', program];
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env: { ...rest, ...env } });
  const left = readFileSync(path, 'utf8');
  rmSync(folder, { recursive: true });
  return { status, stderr, left };
}

describe('a golden file that differs', () => {
  test('fails and stays', () => {
    const { status, left } = compared({});
    assert.deepEqual([status, left], [1, 'old\n']);
  });
  test('is written anew by UPDATE_GOLDEN', () => {
    const { status, left } = compared({ UPDATE_GOLDEN: '1' });
    assert.deepEqual([status, left], [0, 'new\n']);
  });
  test('is not written in CI', () => {
    const { status, left, stderr } = compared({ UPDATE_GOLDEN: '1', BOOTAGENT_CI: '1' });
    assert.deepEqual([status, left], [1, 'old\n']);
    assert.match(stderr, /UPDATE_GOLDEN is set in CI/);
  });
});
