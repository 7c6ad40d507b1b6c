import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudInitKeys } from '../../agent/userdata/cloud-init-keys.ts';
import { unsupportedKeys } from '../../agent/userdata/unsupported-keys.ts';
import { knownKeys } from '../../agent/validate/keys.ts';
import { schedule } from '../../modules/index.ts';

test('every key of cloud-init is read by a module, or has a reason in the table of the documentation', () => {
  const known = knownKeys(Object.values(schedule).flat());
  assert.deepEqual([...unsupportedKeys.keys()].toSorted(), cloudInitKeys.filter((key) => !known.has(key)).toSorted());
});
