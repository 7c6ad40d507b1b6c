import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { isStrict } from './allowed-skips.ts';

/** Compares a text with the file that holds it. `UPDATE_GOLDEN=1` rewrites the file, which CI refuses. */
export function assertGolden(path: string | URL, text: string): void {
  const update = Boolean(process.env.UPDATE_GOLDEN);
  if (update && isStrict()) throw new Error('UPDATE_GOLDEN is set in CI: a golden file would be compared with itself');
  if (update) writeFileSync(path, text);
  else assert.equal(text, readFileSync(path, 'utf8'));
}
