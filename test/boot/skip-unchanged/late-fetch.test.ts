import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leaveLateFetchMarker, withMissedStages } from '../../../agent/boot/skip-unchanged/assumed-network.ts';
import { memoryHost } from '../../support/memory-host.ts';

test('what was fetched too late is made up for by the last unit, once, with the stages before sshd', () => {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-late-'));
  const host = { ...memoryHost(), root };
  try {
    assert.deepEqual(withMissedStages(['final'], host), ['final']);
    leaveLateFetchMarker(root);
    assert.deepEqual(withMissedStages(['early', 'main'], host), ['early', 'main'], 'not before sshd');
    assert.deepEqual(withMissedStages(['final'], host), ['early', 'main', 'final']);
    assert.deepEqual(withMissedStages(['final'], host), ['final']);
  } finally {
    rmSync(root, { recursive: true });
  }
});
