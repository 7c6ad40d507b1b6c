import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { proofsSince } from '../machine/support/proven.ts';

test('a proof that is older than the executable is left out of the support table, and named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-proofs-'));
  try {
    const proof = { system: 'Debian 13', level: 'built only', told: 'x' };
    for (const [name, seconds] of [
      ['new.json', 2000],
      ['old.json', 1000],
    ] as const) {
      writeFileSync(join(folder, name), JSON.stringify(proof));
      utimesSync(join(folder, name), seconds, seconds);
    }
    assert.deepEqual(proofsSince(1_500_000, folder), { proofs: [proof], stale: ['old.json'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
