import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootcmd, lateBootcmd } from '../../../modules/bootcmd.ts';
import { runcmd } from '../../../modules/runcmd.ts';
import { context } from '../../support/facts.ts';
import { planned } from '../../support/settings.ts';

test('commands of old are run as today does them, and the secrets in them are kept', () => {
  const yaml = 'runcmd:\n - [chkconfig, condor, on]\n - ~\n - [condor_store_cred, add, -c, -p, s3cret]\n';
  const { plan, secrets } = planned(runcmd, yaml, context({ programs: ['systemctl'] }));
  assert.deepEqual(secrets, ['s3cret']);
  const [{ changes: [script] = [], notes = [] } = {}] = plan;
  assert.ok(script?.kind === 'script');
  assert.deepEqual(script.items, ["chkconfig 'condor' 'on'", "condor_store_cred 'add' '-c' '-p' 's3cret'"]);
  assert.match(script.before ?? '', /^chkconfig\(\)[\s\S]*^condor_store_cred\(\)/m);
  assert.deepEqual(
    notes.map(({ text }) => text),
    [
      'chkconfig is not installed: systemctl runs in its place (runcmd[0])',
      'the password of condor_store_cred goes in by standard input, not on its command line (runcmd[2])',
    ],
  );
});

test('each command is listed with its place and its first line, and a list counts its empty items', () => {
  const yaml = `runcmd:\n - first\n - ~\n - |\n   second\n   more\n - ${'x'.repeat(200)}\n`;
  assert.deepEqual(planned(runcmd, yaml).plan[0]?.commands, [
    { at: 'runcmd[0]', line: 'first', place: 'user-data:2:4' },
    { at: 'runcmd[2]', line: 'second ...', place: 'user-data:4:4' },
    { at: 'runcmd[3]', line: `${'x'.repeat(120)} ...`, place: 'user-data:7:4' },
  ]);
});

for (const [module, yaml, wanted] of [
  [runcmd, 'runcmd: [a]', {}],
  [runcmd, 'runcmd: [a]\nruncmd_timeout: 90s\n', { timeoutMs: 90_000 }],
  [runcmd, 'runcmd: [a]\nruncmd_timeout: 0\n', {}],
  [runcmd, 'runcmd: [a]\nruncmd_on_error: stop\non_interrupt: resume\n', { onError: 'stop', onInterrupt: 'resume' }],
  [bootcmd, 'bootcmd: [a]\nbootcmd_timeout: 2m\n', { timeoutMs: 120_000 }],
] as const) {
  test(`${JSON.stringify(yaml)} is a list with ${JSON.stringify(wanted)}`, () => {
    const [change] = planned(module, yaml).plan[0]?.changes ?? [];
    assert.ok(change?.kind === 'script');
    const { onError, onInterrupt, timeoutMs } = change;
    assert.deepEqual(JSON.parse(JSON.stringify({ onError, onInterrupt, timeoutMs })), wanted);
  });
}

for (const [yaml, early, late] of [
  ['{}', 0, 0],
  ['bootcmd_after_sshd: true', 0, 0],
  ['bootcmd: [a]', 1, 0],
  ['bootcmd: [a]\nbootcmd_after_sshd: false', 1, 0],
  ['bootcmd: [a]\nbootcmd_after_sshd: true', 0, 1],
] as const) {
  test(`${JSON.stringify(yaml)}: bootcmd plans ${early} scripts before sshd and ${late} after it`, () => {
    const scripts = [bootcmd, lateBootcmd].map((module) =>
      planned(module, yaml).plan.flatMap(({ changes }) => changes),
    );
    assert.deepEqual(
      scripts.map(({ length }) => length),
      [early, late],
    );
    for (const change of scripts.flat()) assert.ok(change.kind === 'script' && change.name === 'bootcmd');
  });
}

test('an error in bootcmd is reported once, whichever module runs it', () => {
  const errors = [bootcmd, lateBootcmd].map((module) => planned(module, 'bootcmd: [{a: b}]').findings.length);
  assert.deepEqual(errors, [1, 0]);
});
