import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ModuleRecord } from '../../agent/state/records.ts';
import { type Applied, driftIn, type PlannedStep } from '../../agent/verify/drift.ts';
import { verifiedAsJson, verifiedAsPrometheus, verifiedAsText } from '../../agent/verify/render.ts';
import { expectedBecause } from '../../agent/verify/rules.ts';

const record = (module: string, more: Partial<ModuleRecord> = {}): ModuleRecord => ({
  module,
  scope: 'instance:i-1',
  hash: 'h',
  failed: {},
  ...more,
});

const applied = (more: Partial<Applied> = {}): Applied => ({
  runs: [record('write_files'), record('passwords'), record('growpart', { scope: 'boot:b' })],
  instance: 'i-1',
  eachBoot: ['growpart', 'mounts'],
  countedAsDone: [],
  next: { steps: [] },
  ...more,
});

const step = (more: Partial<PlannedStep> = {}): PlannedStep => ({
  module: 'write_files',
  at: 'write_files[0]',
  change: 'file /etc/a',
  outcome: 'pending',
  why: 'does not exist',
  ...more,
});

const judged = (
  given: PlannedStep,
  how: Partial<Applied> = {},
  problems: readonly { module: string; at: string; message: string }[] = [],
) => {
  const { drift, expected, unchecked } = driftIn({ steps: [given], problems }, applied(how));
  return [
    ...drift.map(({ why }) => `drift: ${why}`),
    ...expected.map(({ why }) => `expected: ${why}`),
    ...unchecked.map(({ why }) => `unchecked: ${why}`),
  ].join();
};

describe('drift', () => {
  const table: readonly (readonly [name: string, given: PlannedStep, result: string, how?: Partial<Applied>])[] = [
    ['a file that was removed', step(), 'drift: does not exist'],
    ['a file as it was applied', step({ outcome: 'unchanged' }), ''],
    ['a script', step({ change: 'script runcmd' }), ''],
    [
      'a changed password',
      step({ module: 'passwords', change: 'password alice' }),
      'expected: users change their passwords',
    ],
    ['a rotated log', step({ change: 'file /var/log/site.log' }), 'expected: logs are rotated, and spools are emptied'],
    [
      'a larger disk',
      step({ module: 'growpart', change: 'growth /' }),
      'expected: a disk that was made larger is grown at the next boot',
    ],
    [
      'a module of every boot without a record',
      step({ module: 'mounts', change: 'mounted /data' }),
      'drift: does not exist',
    ],
    ['a module that never ran', step({ module: 'timezone' }), 'unchecked: its module has not run on this instance'],
    [
      'a module that ran for another instance',
      step(),
      'unchecked: its module ran for another instance',
      { runs: [record('write_files', { scope: 'instance:i-0' })] },
    ],
    [
      'an item that failed',
      step(),
      'unchecked: it failed when it was applied: bootagent why',
      {
        runs: [
          record('write_files', { failed: { 'write_files[0]': { tries: 1, code: 'file-failed', message: 'm' } } }),
        ],
      },
    ],
    [
      'an item that waits',
      step(),
      'unchecked: it waits for a boot, or for a run by root',
      { runs: [record('write_files', { waits: ['write_files[0]'] })] },
    ],
    [
      'settings that changed since',
      step(),
      'unchecked: its settings have changed since it was applied; the next run applies them',
      { next: { steps: [step()] } },
    ],
    [
      'a machine in service',
      step(),
      'unchecked: it counted as done: the machine was in service before',
      { countedAsDone: ['write_files'] },
    ],
    [
      'what only a machine can compare',
      step({ outcome: 'deferred', because: 'at the next boot' }),
      'unchecked: at the next boot',
    ],
    [
      'what follows something incomparable',
      step({ outcome: 'skipped' }),
      'unchecked: an earlier change of its item cannot be compared',
    ],
  ];
  for (const [name, given, result, how] of table) test(name, () => assert.equal(judged(given, how), result));

  test('a comparison that fails is named with its reason', () => {
    const problems = [{ module: 'write_files', at: 'write_files[0]', message: '/etc/a cannot be read' }];
    assert.equal(judged(step({ outcome: 'failed' }), {}, problems), 'unchecked: /etc/a cannot be read');
  });

  test('is counted among what was compared', () => {
    const steps = [
      step(),
      step({ outcome: 'unchanged' }),
      step({ change: 'script runcmd' }),
      step({ outcome: 'failed' }),
    ];
    assert.equal(driftIn({ steps, problems: [] }, applied()).compared, 2);
  });
});

test('rules: files of the configuration are drift, those of other programs are not', () => {
  for (const change of [
    'file /etc/motd',
    'edit /etc/fstab',
    'user alice',
    'file /var/lib/logs',
    'authorized-keys alice',
    'mounted /var/log/x',
  ])
    assert.equal(expectedBecause(change), undefined, change);
  for (const change of ['file /run/x', 'file /tmp/x', 'file /etc/resolv.conf', 'password alice', 'growth /'])
    assert.notEqual(expectedBecause(change), undefined, change);
});

describe('the report of drift', () => {
  const verified = driftIn(
    {
      steps: [
        step(),
        step({ change: 'file /run/x', at: 'write_files[1]' }),
        step({ module: 'timezone', change: 'timezone UTC', at: 'timezone' }),
      ],
      problems: [],
    },
    applied(),
  );

  test('as text', () => {
    assert.equal(
      verifiedAsText(verified),
      `  x write_files          file /etc/a: does not exist (write_files[0])
  ~ write_files          file /run/x: it is made anew at each boot (write_files[1])
  . timezone             timezone UTC: its module has not run on this instance (timezone)
2 compared, 1 drifted, 1 differ for a known reason, 1 not compared.
`,
    );
  });

  test('as JSON', () => {
    const { schema_version, instance, drift, compared } = JSON.parse(verifiedAsJson(verified, 'i-1'));
    assert.deepEqual([schema_version, instance, compared, drift[0].change], [1, 'i-1', 2, 'file /etc/a']);
  });

  test('for Prometheus: each sample has a type, and labels are escaped', () => {
    const text = verifiedAsPrometheus(verified, 'i-"1"\\\n', 1_700_000_000_999);
    assert.match(text, /^bootagent_verify_drift 1$/m);
    assert.match(text, /^bootagent_verify_drift_by_module\{module="write_files"\} 1$/m);
    assert.match(text, /^bootagent_verify_timestamp_seconds\{instance_id="i-\\"1\\"\\\\\\n"\} 1700000000$/m);
    for (const line of text
      .trim()
      .split('\n')
      .filter((each) => !each.startsWith('#'))) {
      const [name] = line.split(/[{ ]/);
      assert.ok(text.includes(`# TYPE ${name} gauge\n`), line);
    }
  });
});
