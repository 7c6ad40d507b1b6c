import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { makeHttp } from '../../agent/host/http.ts';
import { identify, type SelectContext, type Selection } from '../../agent/identity/select-datasource.ts';
import { facts } from '../support/facts.ts';
import { type Given, memoryHost } from '../support/memory-host.ts';
import { describe } from '../support/metadata/description.ts';
import { serveMetadata } from '../support/metadata/server.ts';

const folder = '/var/lib/cloud/seed/nocloud';
const seed = { [`${folder}/meta-data`]: 'instance-id: iid-1\n', [`${folder}/user-data`]: '#!/bin/sh\n' };
const on = (platform: object) => facts({ platform: { ...facts().platform, ...platform } });

async function looked(looking: Partial<SelectContext>, given: Given = {}) {
  const notes: string[] = [];
  const host = memoryHost(given);
  const identity = await identify({
    host,
    facts: facts(),
    named: undefined,
    settings: {},
    stage: 'network',
    deadline: 20_000,
    note: (level, text) => void notes.push(`${level}: ${text}`),
    random: () => 0.5,
    ...looking,
  });
  return { identity, notes, host };
}

const told = (identity: Selection) => [identity.instance?.id, identity.how];

suite('identify', () => {
  test('nothing configured and nothing found costs no wait and no request', async () => {
    const { identity, host } = await looked({});
    assert.deepEqual(told(identity), [undefined, 'no datasource was detected']);
    assert.deepEqual([host.asked.length, host.now()], [0, 0]);
    assert.ok(!identity.instance && !identity.unasked && !identity.identified && !identity.expected);
  });

  test('a source that is there and tells nothing is missed', async () => {
    const { identity, notes } = await looked({}, { files: { [`${folder}/meta-data`]: 'a: [' } });
    assert.ok(!identity.instance && identity.expected);
    assert.match(notes.join(), /not a valid seed, left out/);
  });

  test('a source chosen on the command line is asked, whatever is detected or the kernel command line names', async () => {
    const web = async (): Promise<never> => Promise.reject(new Error('refused'));
    for (const kernelCommandLine of ['', 'ds=nocloud']) {
      const looking = { facts: on({ kernelCommandLine, vendor: 'VMware' }), chosen: 'openstack' };
      const { identity, host } = await looked(looking, { files: seed, web });
      assert.match(identity.how, /^openstack \(.*\) did not answer$/);
      assert.ok(host.asked.length > 0);
    }
  });

  test('a seed is found before there is a network', async () => {
    const { identity } = await looked({ stage: 'local' }, { files: seed });
    assert.deepEqual(told(identity), ['iid-1', `nocloud: there is ${folder}/meta-data`]);
  });

  test('a seed that is named goes before all else', async () => {
    const files = { ...seed, '/seed/meta-data': 'instance-id: iid-2\n' };
    const { identity } = await looked(
      { seed: '/seed', facts: on({ vendor: 'Amazon EC2' }), named: ['Ec2'] },
      { files },
    );
    assert.deepEqual(told(identity), ['iid-2', 'nocloud: the seed /seed was named']);
  });

  test('the list is authoritative: other datasources are not detected', async () => {
    const { identity } = await looked({ named: ['None'] }, { files: seed });
    assert.deepEqual(told(identity), ['iid-datasource-none', 'none: named by the image']);
  });

  test('a list that ends in None still asks those before it', async () => {
    const { identity } = await looked({ named: ['Ec2', 'None'], stage: 'local' });
    assert.ok(!identity.instance && identity.unasked && !identity.identified);
  });

  test('the local stage asks no network, and says that there is one to ask', async () => {
    const { identity, host } = await looked({ stage: 'local', facts: on({ vendor: 'Amazon EC2' }) });
    assert.ok(!identity.instance && identity.unasked && identity.identified);
    assert.equal(host.asked.length, 0);
  });

  for (const name of ['Ec2', 'ec2', 'EC2']) {
    test(`a source that the image names is asked whatever the platform looks like: ${name}`, async () => {
      const service = await serveMetadata(describe(), { dialects: ['imdsv1'] });
      try {
        const settings = { Ec2: { metadata_urls: [service.url] } };
        const { identity } = await looked({ named: [name, 'OpenNebula'], settings }, { web: makeHttp() });
        assert.deepEqual(told(identity), ['i-0abc', 'ec2: named by the image']);
      } finally {
        await service.close();
      }
    });
  }

  // CVE-2019-0816: keys from another datasource must not grant access.
  const key = (whose: string) =>
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V ${whose}`;
  const offering = { [`${folder}/meta-data`]: `instance-id: iid-1\npublic-keys: ["${key('seed')}"]\n` };
  const drive = '/var/lib/cloud/seed/config_drive/openstack/latest/meta_data.json';
  const another = { [drive]: JSON.stringify({ uuid: 'i-2', public_keys: { a: key('drive') } }) };
  for (const [named, chosen, from] of [
    [['NoCloud', 'Ec2'], 'seed', 'iid-1'],
    [['NoCloud', 'ConfigDrive', 'Ec2'], 'seed', 'iid-1'],
    [['ConfigDrive', 'NoCloud', 'Ec2'], 'drive', 'i-2'],
    [['Ec2'], 'service', 'i-0abc'],
  ] as const) {
    test(`of several sources with keys the chosen one's alone are taken: ${named.join(', ')}`, async () => {
      const service = await serveMetadata(describe({ keys: { a: key('service') } }), { dialects: ['imdsv2'] });
      try {
        const settings = { Ec2: { metadata_urls: [service.url] } };
        const facts = on({ vendor: 'Amazon EC2' });
        const given = { files: { ...offering, ...another }, web: makeHttp() };
        const { identity } = await looked({ named, settings, facts }, given);
        assert.deepEqual([identity.instance?.id, identity.instance?.publicKeys], [from, [key(chosen)]]);
        if (chosen !== 'service') assert.equal(service.requests.length, 0);
      } finally {
        await service.close();
      }
    });
  }

  test('the kernel command line names a source over the list', async () => {
    const { identity } = await looked(
      { named: ['Ec2'], facts: on({ kernelCommandLine: 'ro ds=nocloud quiet' }) },
      { files: seed },
    );
    assert.equal(identity.instance?.id, 'iid-1');
  });

  test('an unknown name is reported, with the nearest known one', async () => {
    const { notes } = await looked({ named: ['Ce2', 'MAAS', 'None'] });
    assert.deepEqual(notes, [
      'warning: datasource_list names "Ce2", which is not supported; did you mean "Ec2"?',
      'warning: datasource_list names "MAAS", which is not supported',
    ]);
  });

  test('a list as long as distributions ship it names nothing', async () => {
    const named = ['NoCloud', 'ConfigDrive', 'Ec2', 'OpenStack', 'GCE', 'Azure', 'None'];
    const { identity, host } = await looked({ named });
    assert.deepEqual([identity.instance, host.asked.length], [undefined, 0]);
  });

  test('gives up within its deadline, and a later stage goes on with the same count', async () => {
    const settings = { Ec2: { attempts: 6, interval: 5, metadata_urls: ['http://10.0.0.1'] } };
    const down = { web: async () => ({ status: 503, headers: {}, body: new Uint8Array() }) };
    const early = await looked({ named: ['Ec2'], settings, deadline: 20_000 }, down);
    assert.ok(!early.identity.instance);
    assert.equal(early.identity.tries.ec2?.failed, 4);
    assert.ok(early.host.now() <= 20_000);

    const late = await looked({ named: ['Ec2'], settings, deadline: 300_000, tries: early.identity.tries }, down);
    assert.equal(late.host.asked.length, 2);
    assert.match(late.notes.at(-1) ?? '', /gave up after 6 failed attempts/);
  });

  test('what an early stage was told, a later one does not ask again', async () => {
    const service = await serveMetadata(describe(), {
      dialects: ['imdsv2'],
      faults: [{ does: 'status', status: 503, on: /user-data/, times: 2 }],
    });
    try {
      const settings = { Ec2: { metadata_urls: [service.url], attempts: 9 } };
      const aws = { facts: on({ vendor: 'Amazon EC2' }), settings };
      const early = await looked({ ...aws, deadline: 1_000 }, { web: makeHttp() });
      assert.ok(!early.identity.instance);
      const asked = service.requests.length;
      const tries = JSON.parse(JSON.stringify(early.identity.tries));
      const late = await looked({ ...aws, deadline: 300_000, tries }, { web: makeHttp() });
      assert.deepEqual([late.identity.instance?.id, late.identity.instance?.publicKeys.length], ['i-0abc', 1]);
      assert.deepEqual([asked, service.requests.length], [5, 9]);
    } finally {
      await service.close();
    }
  });

  test('keys are not withheld for want of user-data: the last stage does without what cannot be had', async () => {
    const service = await serveMetadata(describe(), {
      dialects: ['imdsv2'],
      faults: [{ does: 'status', status: 500, on: /user-data/ }],
    });
    try {
      const settings = { Ec2: { metadata_urls: [service.url], attempts: 9 } };
      const aws = { facts: on({ vendor: 'Amazon EC2' }), settings };
      const early = await looked(aws, { web: makeHttp() });
      assert.equal(early.identity.instance, undefined, 'as long as somebody asks again');
      const { tries } = JSON.parse(JSON.stringify(early.identity));
      const late = await looked({ ...aws, deadline: 300_000, last: true, tries }, { web: makeHttp() });
      const { instance } = late.identity;
      assert.deepEqual([instance?.id, instance?.publicKeys.length, instance?.userData], ['i-0abc', 1, undefined]);
      assert.match(
        instance?.missing?.[0] ?? '',
        /\/user-data: answered 500; gave up after 9 failed attempts in \d+ s: left out$/,
      );
    } finally {
      await service.close();
    }
  });

  test('after a service that does not know the machine, the rest of the list is queried', async () => {
    const files = { ...seed };
    const { identity } = await looked({ named: ['Ec2', 'NoCloud'] }, { files });
    assert.equal(identity.instance?.id, 'iid-1');
  });
});

suite('a metadata service that does not answer', () => {
  const asked = async (web: Given['web']) => {
    const waits: string[] = [];
    const waiting = (what: string, ms: number, ended: boolean) =>
      void waits.push(`${what} ${Math.round(ms / 1000)} s${ended ? ', ended' : ''}`);
    const found = await looked({ named: ['OpenStack'], deadline: 120_000, waiting }, web && { web });
    return { ...found, waits };
  };
  const busy = async () => ({ status: 503, headers: {}, body: new Uint8Array() });

  test('is reported after ten seconds with its address, and each time after twice as long', async () => {
    const { waits, identity } = await asked(busy);
    const seconds = waits.map((text) => Number(/(\d+) s$/.exec(text)?.[1]));
    assert.match(waits[0] ?? '', /^asking openstack http:\/\/169\.254\.169\.254 \d+ s$/);
    assert.ok((seconds[0] ?? 0) >= 10 && (seconds[0] ?? 0) < 45, waits.join('\n'));
    for (const [index, each] of seconds.slice(1).entries())
      assert.ok(each >= 2 * (seconds[index] ?? 0) - 1, waits.join());
    assert.match(told(identity)[1] ?? '', /^openstack \(http:\/\/169\.254\.169\.254\) did not answer$/);
  });

  test('is reported once more when it answers', async () => {
    let left = 8;
    const { waits } = await asked(async () =>
      left-- > 0 ? busy() : { status: 404, headers: {}, body: new Uint8Array() },
    );
    assert.match(waits.at(-1) ?? '', /^asking openstack http:\/\/169\.254\.169\.254 \d+ s, ended$/);
    assert.equal(waits.filter((text) => text.endsWith('ended')).length, 1);
  });
});
