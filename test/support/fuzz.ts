import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { renderText as shown } from '../../agent/validate/render.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { cloudConfig } from './cloud-config.ts';
import { documents, mutated } from './documents.ts';
import { messages } from './messages.ts';

/** Reads and validates user-data with mistakes: nothing throws, nothing is slow, and every error has its line and column. */
export async function fuzz(seed: number, numRuns: number): Promise<void> {
  const texts = [
    cloudConfig,
    `## template: jinja\n${cloudConfig}x: {{ v1.region }}\n`,
    `#cloud-config-archive\n- |\n  #!/bin/sh\n- type: text/cloud-config\n  content: 'a: 1'\n`,
    '#include\nhttp://h/a\n',
    ...fc.sample(documents, { seed, numRuns: 20 }).map((text) => `#cloud-config\n${text}`),
    ...fc.sample(messages, { seed, numRuns: 20 }),
  ];
  const include = async (): Promise<Uint8Array> => Buffer.from(cloudConfig);
  let [errors, slowest] = [0, 0];
  for (const text of fc.sample(mutated(texts), { seed, numRuns })) {
    const before = performance.now();
    await readUserData(Buffer.from(text), { source: 'user-data', include, variables: {} });
    const verdict = await validate(Buffer.from(text), 'user-data', schedule);
    const { findings } = verdict;
    assert.equal(typeof shown(verdict), 'string');
    slowest = Math.max(slowest, performance.now() - before);
    for (const { level, place, message } of findings) {
      if (level !== 'error') continue;
      errors++;
      assert.ok(place.line > 0 && place.column > 0, `${message}\n${text}`);
    }
  }
  assert.ok(errors > numRuns / 10, `${errors} errors in ${numRuns} documents`);
  // Ten times the limit, because other processes share this machine.
  assert.ok(slowest < 10_000, `${slowest} ms`);
}
