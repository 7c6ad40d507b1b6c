import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { cloudstack } from '../../agent/datasources/cloudstack.ts';
import { readDeclared } from '../../agent/datasources/read-declared.ts';
import { makeHttp } from '../../agent/host/http.ts';
import { requestHandler } from '../../agent/resources/system/request.ts';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { ready } from '../../modules/ready.ts';
import { context } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import type { Fault } from '../support/metadata/faults.ts';
import { type Service, serveMetadata } from '../support/metadata/server.ts';
import { plan } from '../support/settings.ts';

const me = describe();
const log = { earlier: [], before: [], write: async () => {}, tell: () => {} };

/** Fetches from a virtual router whose password server listens on another port. */
async function fetchFrom(router: Service, passwords: Service) {
  const settings = { metadata_urls: [router.url], password_server_port: passwords.port };
  const { ask, notes } = asking({ web: makeHttp(), settings });
  const instance = await readDeclared(ask, cloudstack, 'cloudstack');
  assert.ok(instance);
  return { instance, notes, requests: passwords.requests };
}

async function withServer(faults: readonly Fault[], use: (fetch: () => ReturnType<typeof fetchFrom>) => Promise<void>) {
  const router = await serveMetadata(me, { dialects: ['cloudstack'] });
  const passwords = await serveMetadata(me, { dialects: ['passwordServer'], faults });
  try {
    await use(() => fetchFrom(router, passwords));
  } finally {
    await router.close();
    await passwords.close();
  }
}

suite('the password server', () => {
  test('gives a password as vendor-data, until the last stage has acknowledged it', async () => {
    await withServer([], async (fetch) => {
      const { instance, requests } = await fetch();
      const [vendorData] = instance.vendorData;
      assert.ok(vendorData && instance.secrets.includes('Passw0rd'));
      const { findings } = await readUserData(vendorData, { source: 'vendor-data' });
      assert.deepEqual(findings, []);
      assert.match(new TextDecoder().decode(vendorData), /"password":"Passw0rd".*"ssh_pwauth":true/);
      assert.equal((await fetch()).instance.secrets.length, 1, 'until it is acknowledged, it is given again');

      const [item] = plan(ready, '{}', context({}, instance));
      const [change] = item?.changes ?? [];
      assert.ok(change?.kind === 'request');
      assert.equal(requestHandler.intent(change), 'report to the password server that the password is set');
      await requestHandler.perform(change, memoryHost({ web: makeHttp() }), log);
      assert.equal(requests.at(-1)?.headers.domu_request, 'saved_password');
      const { instance: later } = await fetch();
      assert.deepEqual([later.vendorData, later.secrets, later.ready], [[], [], undefined]);
    });
  });

  for (const [claim, fault, notes] of [
    ['that is missing', { does: 'missing' }, /^$/],
    [
      'that is broken is asked once',
      { does: 'status', status: 500 },
      /^warning: GET \S+: answered 500: no password is set$/,
    ],
    [
      'that answers with a page',
      { does: 'html' },
      /^warning: GET \S+: a web page where metadata was expected: no password is set$/,
    ],
    ['that cuts the connection', { does: 'reset' }, /^note: GET \S+: the connection was cut: no password is set$/],
    ['that answers nothing', { does: 'empty' }, /^$/],
  ] as const) {
    test(`${claim} costs nothing else`, async () => {
      await withServer([fault], async (fetch) => {
        const { instance, notes: told, requests } = await fetch();
        assert.deepEqual([instance.id, instance.publicKeys.length, instance.vendorData], [me.id, 1, []]);
        assert.match(told.join('\n'), notes);
        assert.equal(requests.length, 1);
      });
    });
  }
});
