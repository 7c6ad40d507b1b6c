import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { bombs } from '../support/bombs.ts';

for (const [name, [content, limit]] of Object.entries(bombs)) {
  test(`${name}: ends soon, with the limit named`, async () => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const before = performance.now();
    const { findings } = await readUserData(bytes, { source: 'user-data' });
    // Ten times the limit of 1 s, because this guards against endless work.
    assert.ok(performance.now() - before < 10_000);
    assert.match(findings.map(({ message }) => message).join('\n'), limit);
    assert.ok(findings.every(({ place }) => place.line > 0));
  });
}
