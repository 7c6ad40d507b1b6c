import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bombs } from '../support/bombs.ts';

const folder = mkdtempSync(join(tmpdir(), 'bombs-'));
after(() => rmSync(folder, { recursive: true }));

/** Validates a file in a separate process, and prints the cost. */
const program = `
import { readFileSync } from 'node:fs';
import { schedule } from '${join(import.meta.dirname, '../../modules/index.ts')}';
import { validate } from '${join(import.meta.dirname, '../../agent/validate/validate.ts')}';
const before = process.cpuUsage();
const { findings } = await validate(readFileSync(process.argv[1]), 'user-data', schedule);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ errors: findings.length, ms: (user + system) / 1000, kB: process.resourceUsage().maxRSS }));
`;

for (const [name, [content]] of Object.entries(bombs)) {
  test(`${name}: takes less than 512 MiB`, () => {
    const path = join(folder, 'user-data');
    writeFileSync(path, content);
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, path], {
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    const { errors, ms, kB } = JSON.parse(stdout) as Readonly<Record<'errors' | 'ms' | 'kB', number>>;
    assert.ok(errors > 0);
    assert.ok(kB < 512 * 1024, `${kB} kB`);
    // The limit is one second of work; the factor of ten is for other processes on this machine.
    assert.ok(ms < 10_000, `${ms} ms`);
  });
}
