import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('npm start: the plan foresees as many changes as the run makes, and the second run makes none', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['examples/try-it.ts'], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0, stdout);
  const [plan = ''] = /^Plan: [^;]+/m.exec(stdout) ?? [];
  const due = [...plan.matchAll(/(\d+) to /g)].reduce((sum, [, count]) => sum + Number(count), 0);
  const [made] = /^(\d+) changes applied, /m.exec(stdout)?.slice(1) ?? [];
  assert.ok(due > 0 && due === Number(made), stdout);
  assert.match(stdout, /^Nothing was due, /m);
  assert.ok(!stdout.includes('example-pool-password'), 'the pool password is never shown');
});
