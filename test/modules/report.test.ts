import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { report } from '../../modules/report.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

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

describe('reporting', () => {
  const notes = (yaml: string) =>
    plan(report, yaml).flatMap(({ at, notes = [] }) => notes.map((each) => ({ at, ...each })));

  test('plans nothing for a webhook: the events are sent after the last stage', () => {
    assert.deepEqual(
      plan(report, 'reporting: {site: {type: webhook, endpoint: "http://r.example/", timeout: 2.5, retries: 3}}'),
      [],
    );
  });

  test('says where the events are that cloud-init would log or print', () => {
    const found = notes('reporting: {a: {type: log, level: DEBUG}, b: {type: print}}');
    assert.deepEqual(
      found.map(({ at, level }) => `${at} ${level}`),
      ['reporting.a note', 'reporting.b note'],
    );
    assert.match(found[0]?.text ?? '', /^reporting\.a: events are always in the journal/);
  });

  test('names each entry to which nothing is sent', () => {
    const found = notes(`reporting:
  azure: {type: hyperv, kvp_file_path: /var/lib/hyperv/.kvp_pool_1}
  maas: {type: webhook, endpoint: "http://maas.example/", consumer_key: c0nsumer, token_key: t0ken, token_secret: s3cret}
  lost: {type: webhook}
`);
    assert.deepEqual(
      found.map(({ at, code }) => [at, code]),
      [
        ['reporting.azure', 'unsupported'],
        ['reporting.maas', 'unsupported'],
        ['reporting.lost', 'unsupported'],
      ],
    );
    assert.match(
      found.map(({ text }) => text).join('\n'),
      /"hyperv" is not supported.*\n.*OAuth.*\n.*without an endpoint/,
    );
  });

  test('keeps the keys of a signature secret', () => {
    const { secrets } = planned(
      report,
      'reporting: {m: {type: webhook, consumer_key: c0nsumer, token_secret: s3cret}}',
    );
    assert.deepEqual(secrets, ['c0nsumer', 's3cret']);
  });

  test('reports an invalid entry and keeps the others', () => {
    const yaml = 'reporting: {a: {type: webhook, endpoint: "ftp://x"}, b: {type: print}}';
    assert.match(foundIn(report, yaml).join('\n'), /reporting\.a\.endpoint: expected an http or https URL/);
    assert.deepEqual(
      planned(report, yaml).plan.map(({ at }) => at),
      ['reporting.b'],
    );
  });
});
