import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deselected } from '../../agent/edits/ca-certificates.ts';

test('every certificate is deselected, once; comments and empty lines stay', () => {
  const text = '# comment\nmozilla/A.crt\n!mozilla/B.crt\n\nmozilla/C.crt\n';
  const after = '# comment\n!mozilla/A.crt\n!mozilla/B.crt\n\n!mozilla/C.crt\n';
  assert.equal(deselected(text), after);
  assert.equal(deselected(after), after);
});
