import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { report } from '../../modules/report.ts';
import { plan } from '../support/settings.ts';

describe('report', () => {
  test('plans nothing: the report is sent after the last stage', () => {
    assert.deepEqual(plan(report, 'report: {url: "https://boots.example/v1", on: always}'), []);
    assert.deepEqual(plan(report, 'report: {textfile: /var/lib/node_exporter/boot.prom}'), []);
    assert.deepEqual(plan(report, 'a: 1'), []);
  });

  test('says that a report without a target goes nowhere', () => {
    const [item] = plan(report, 'report: {on: always}');
    assert.match(item?.notes?.[0]?.text ?? '', /neither a url nor a textfile/);
  });
});
