import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { opennebula } from '../../agent/datasources/opennebula.ts';
import type { RequestChange } from '../../agent/engine/change.ts';
import { makeHttp } from '../../agent/host/http.ts';
import { requestHandler } from '../../agent/resources/system/request.ts';
import { ready } from '../../modules/ready.ts';
import { context } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import type { Fault } from '../support/metadata/faults.ts';
import { serveMetadata } from '../support/metadata/server.ts';
import { contextFiles, under } from '../support/metadata/trees.ts';
import { plan } from '../support/settings.ts';

const log = { earlier: [], before: [], write: async () => {}, tell: () => {} };

async function instanceWith(endpoint: string, more = {}) {
  const files = contextFiles(describe(), { REPORT_READY: 'YES', ONEGATE_ENDPOINT: endpoint, ...more });
  const { ask } = asking({ files: { ...under('/context', files), '/context/token.txt': 'ONE-TOKEN\n' } });
  const found = await opennebula.fetch(ask);
  assert.ok(found);
  return found;
}

async function reported(faults: readonly Fault[]) {
  const service = await serveMetadata(describe(), { dialects: ['onegate'], faults });
  const host = memoryHost({ web: makeHttp() });
  try {
    const [item] = plan(ready, '{}', context({}, await instanceWith(service.url)));
    const [change] = item?.changes ?? [];
    assert.ok(change?.kind === 'request' && change.secret);
    await requestHandler.perform(change, host, log);
    return { requests: service.requests, waited: host.now() };
  } finally {
    await service.close();
  }
}

suite('ready', () => {
  test('plans nothing where nobody asks to hear it', async () => {
    assert.deepEqual(plan(ready, '{}'), []);
    const quiet = await instanceWith('http://onegate', { REPORT_READY: 'NO' });
    assert.deepEqual(plan(ready, '{}', context({}, quiet)), []);
  });

  test('tells OneGate once, with its token', async () => {
    const { requests, waited } = await reported([]);
    assert.deepEqual(
      requests.map(({ method, path, body }) => `${method} ${path} ${body}`),
      ['PUT /vm READY=YES'],
    );
    assert.equal(waited, 0);
  });

  for (const does of ['reset', 'garbage', 'missing'] as const) {
    test(`tries three times, ten seconds apart: ${does}`, async () => {
      const { requests, waited } = await reported([{ does, times: 2 }]);
      assert.deepEqual([requests.length, waited], [3, 20_000]);
      await assert.rejects(reported([{ does }]), { code: 'datasource-unreachable', message: /^PUT http:\/\/127/ });
    });
  }

  for (const [claim, more, item] of [
    ['its text', { READY_SCRIPT: 'systemctl is-active web' }, 'systemctl is-active web'],
    ['its text in base64', { READY_SCRIPT: btoa('#!/bin/sh\nexit 3\n') }, '#!/bin/sh\nexit 3\n'],
    ['a word that could be base64', { READY_SCRIPT: 'true' }, 'true'],
    ['a file', { READY_SCRIPT_PATH: "/opt/it's up" }, "'/opt/it'\\''s up'"],
    ['a file, before its text', { READY_SCRIPT_PATH: '/opt/up', READY_SCRIPT: 'x' }, "'/opt/up'"],
  ] as const) {
    test(`the report waits for the script: ${claim}`, async () => {
      const service = await serveMetadata(describe(), { dialects: ['onegate'] });
      try {
        for (const [codes, sent, waited] of [
          [[0], 1, 0],
          [[1, 1, 0], 1, 20_000],
          [[1, 1, 1], 0, 20_000],
        ] as const) {
          const before = service.requests.length;
          const left: number[] = [...codes];
          const shell = () => ({ code: left.shift() ?? 0, tail: 'web is not up' });
          const host = memoryHost({ web: makeHttp(), shell });
          const [change] = plan(ready, '{}', context({}, await instanceWith(service.url, more)))[0]?.changes ?? [];
          assert.ok(change?.kind === 'request');
          const failure = await requestHandler.perform(change, host, log).catch((error: Error) => error);
          assert.deepEqual([service.requests.length - before, host.now(), left], [sent, waited, []]);
          assert.deepEqual(new Set(host.did.filter((each) => each.startsWith('item '))), new Set([`item ${item}`]));
          if (sent === 1) assert.equal(failure, undefined);
          else
            assert.match(
              String(failure),
              /READY_SCRIPT(?:_PATH)? exited with 1: web is not up; PUT http:\S+ was not sent$/,
            );
        }
      } finally {
        await service.close();
      }
    });
  }

  test('of two scripts the file is used, and the other one is reported', async () => {
    const more = { READY_SCRIPT_PATH: '/opt/up', READY_SCRIPT: 'x', REPORT_READY: 'YES', ONEGATE_ENDPOINT: 'http://o' };
    const files = under('/context', contextFiles(describe(), { ...more, ONEGATE_TOKEN: 't' }));
    const { ask, notes } = asking({ files });
    assert.ok(await opennebula.fetch(ask));
    assert.deepEqual(notes, ['warning: READY_SCRIPT is left out: READY_SCRIPT_PATH is set and takes precedence']);
  });

  test('its token is secret, and its name is not in what a preview shows', async () => {
    const found = await instanceWith('http://onegate:5030');
    assert.ok(found.secrets.includes('ONE-TOKEN'));
    assert.match(found.id, /^one-[0-9a-f]{8}-4711$/);
    const change: RequestChange = {
      kind: 'request',
      tells: 'x',
      method: 'PUT',
      url: 'http://onegate:5030/vm',
      headers: {},
      body: '',
    };
    assert.equal(requestHandler.subject(change), 'PUT http://onegate:5030/vm');
  });
});
