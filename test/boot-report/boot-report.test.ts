import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type BootReport, bootReport, type ReportedBoot } from '../../agent/boot-report/boot-report.ts';
import { reportAsPrometheus } from '../../agent/boot-report/prometheus.ts';
import { emptySummary, type Summary } from '../../agent/report/summary.ts';
import { timelineOfBoot } from '../support/timelines.ts';

const summary = (more: Partial<Summary> = {}): Summary => ({
  ...emptySummary('1.0.0'),
  state: 'problems',
  seconds: 18.0804,
  instance: { id: 'i-0123', datasource: 'openstack', how: 'openstack http://169.254.169.254', standing: 'new' },
  left: [{ module: 'runcmd', at: 'runcmd', code: 'script-failed', message: 'it said s3cret' }],
  ...more,
});

const given = (more: Partial<ReportedBoot> = {}): ReportedBoot => ({
  summary: summary(),
  boot: 'b1',
  clock: 1_796_000_162_841,
  timeline: timelineOfBoot(),
  osRelease: 'ID=almalinux\nIMAGE_ID="almalinux"\nIMAGE_VERSION=9.5\n',
  ...more,
});

describe('the report of a boot', () => {
  test('has the members that docs/report-schema.md describes', () => {
    const page = readFileSync('docs/report-schema.md', 'utf8');
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const documented = JSON.parse(example) as BootReport;
    assert.deepEqual(
      { ...bootReport(given()), boot_id: documented.boot_id },
      { ...documented, failures: bootReport(given()).failures },
    );
    const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(
      ([, names = '']) => names.match(/\w+/g) ?? [],
    );
    for (const name of Object.keys(documented)) assert.ok(rows.includes(name), name);
  });

  test('names what failed by its code, and not by its message', () => {
    const { failures } = bootReport(given());
    assert.deepEqual(failures, [{ module: 'runcmd', at: 'runcmd', code: 'script-failed', fatal: failures[0]?.fatal }]);
    assert.doesNotMatch(JSON.stringify(bootReport(given())), /s3cret/);
  });

  test('leaves out what is not known', () => {
    const none = bootReport(
      given({ summary: summary({ instance: undefined }), timeline: undefined, osRelease: undefined }),
    );
    for (const name of ['instance_id', 'datasource', 'login_after', 'done_after', 'image'])
      assert.ok(!(name in none), name);
    assert.deepEqual(none.seconds_by_stage, {});
  });
});

describe('the metrics of a boot', () => {
  const text = reportAsPrometheus(bootReport(given()));

  test('are those that docs/report-schema.md lists', () => {
    const page = readFileSync('docs/report-schema.md', 'utf8');
    const names = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name = '']) => name);
    assert.ok(names.length >= 8);
    for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
  });

  test('give one state the value 1', () => {
    const states = [...text.matchAll(/^bootagent_boot_state\{state="(\w+)"\} ([01])$/gm)].map(([, state, value]) => [
      state,
      value,
    ]);
    assert.deepEqual(states, [
      ['done', '0'],
      ['problems', '1'],
      ['failed', '0'],
    ]);
  });

  test('are lines of the exposition format, whatever the names hold', () => {
    const hostile = { id: 'i-"\\\n\ud800', datasource: '}', how: '', standing: '' };
    const all = reportAsPrometheus(bootReport(given({ summary: summary({ instance: hostile }) })));
    const sample = /^bootagent_\w+(?:\{\w+="(?:[^"\\\n]|\\["\\n])*"(?:,\w+="(?:[^"\\\n]|\\["\\n])*")*\})? -?[\d.]+$/;
    for (const line of all.trim().split('\n')) if (!line.startsWith('# ')) assert.match(line, sample);
  });

  test('count the failures of one module and code together', () => {
    const failure = { module: 'm', at: 'a', code: 'c', fatal: true };
    const report = { ...bootReport(given()), failures: [failure, { ...failure, at: 'b' }] };
    assert.match(reportAsPrometheus(report), /^bootagent_boot_failures\{module="m",code="c",fatal="true"\} 2$/m);
  });
});
