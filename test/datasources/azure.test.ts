import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { azure } from '../../agent/datasources/azure.ts';
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
import { serveMetadata } from '../support/metadata/server.ts';
import { plan } from '../support/settings.ts';

const log = { earlier: [], before: [], write: async () => {}, tell: () => {} };

/** Fetches with a wireserver, and sends the report of readiness if there is one. */
async function fetched(faults: readonly Fault[] = [], more: object = {}, files: Record<string, string> = {}) {
  const service = await serveMetadata(describe(), { dialects: ['azure'] });
  const wireserver = await serveMetadata(describe(), { dialects: ['wireserver'], faults });
  const settings = { metadata_urls: [service.url], wireserver_url: wireserver.url, ...more };
  const { ask, notes, host } = asking({ web: makeHttp(), settings, files });
  const missing: string[] = [];
  try {
    const instance = await readDeclared({ ...ask, without: (text) => void missing.push(text) }, azure, 'azure');
    assert.ok(instance);
    const [change] = plan(ready, '{}', context({}, instance))[0]?.changes ?? [];
    if (change?.kind === 'request') await requestHandler.perform(change, memoryHost({ web: makeHttp() }), log);
    const requests = wireserver.requests.map(({ method, path }) => `${method} ${path}`);
    return { instance, notes, missing, requests, waited: host.now() };
  } finally {
    await service.close();
    await wireserver.close();
  }
}

suite('azure', () => {
  test('reports to the wireserver that the machine is ready, with the values of the goal state', async () => {
    const { instance, notes, requests } = await fetched();
    assert.deepEqual([instance.publicKeys.length, notes], [1, []]);
    assert.deepEqual(requests, ['GET /machine/?comp=goalstate', 'POST /machine/?comp=health']);
  });

  test('reports nothing where that is switched off', async () => {
    const { instance, requests } = await fetched([], { report_ready: false });
    assert.deepEqual([instance.ready, requests], [undefined, []]);
  });

  for (const [fault, why] of [
    [{ does: 'status', status: 500 }, 'answered 500'],
    [{ does: 'missing' }, 'answered 404'],
    [{ does: 'html' }, 'no incarnation in the goal state'],
    [{ does: 'reset' }, 'the connection was cut'],
  ] as const) {
    test(`the goal state is asked for three times, and its lack is a missing part: ${why}`, async () => {
      const { instance, missing, notes, requests, waited } = await fetched([fault]);
      assert.deepEqual([instance.id, instance.ready, requests.length, waited], ['i-0abc', undefined, 3, 2_000]);
      assert.match(missing.join(), new RegExp(`^GET \\S+: ${why}: Azure gets no report that this machine is ready`));
      assert.equal(notes.length, 1);
      assert.equal((await fetched([{ ...fault, times: 2 }])).requests.at(-1), 'POST /machine/?comp=health');
    });
  }

  test('the settings of the creation are valid user-data', async () => {
    const { instance } = await fetched();
    const [vendorData] = instance.vendorData;
    const { findings } = await readUserData(vendorData, { source: 'vendor-data' });
    assert.deepEqual(findings, []);
  });

  test('a provisioning disc that is not read is reported', async () => {
    const { notes } = await fetched([], {}, { '/dev/sr0': `${' '.repeat(32_768)}BEA01\0NSR02\0` });
    assert.deepEqual(notes, [
      'warning: custom data and passwords of the provisioning disc are not supported; use user data',
    ]);
  });
});
