import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { ec2 } from '../../agent/datasources/ec2.ts';
import { facts } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import type { Fault } from '../support/metadata/faults.ts';
import { type Options, serveMetadata } from '../support/metadata/server.ts';

const amazon = { vendor: 'Amazon EC2' };
const me = describe();
const expected = {
  id: 'i-0abc',
  datasource: 'ec2',
  hostname: 'worker-7.site.example',
  zone: 'site-1a',
  region: 'site-1',
  publicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice'],
  userData: new TextEncoder().encode('#cloud-config\nhostname: w\n'),
  vendorData: [],
  metadata: {
    meta_data: {
      'instance-id': 'i-0abc',
      'local-hostname': 'worker-7.site.example',
      placement: { 'availability-zone': 'site-1a' },
      'public-keys': ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice'],
    },
  },
  secrets: [],
};

async function fetched(options: Options, more: Omit<Parameters<typeof asking>[0], 'url'> = {}) {
  const service = await serveMetadata(me, options);
  const { ask, notes } = asking({ ...more, url: service.url });
  try {
    const instance = await ec2.fetch(ask).catch((error: Error) => error);
    return { instance, notes, requests: service.requests, connections: service.connections(), url: service.url };
  } finally {
    await service.close();
  }
}

suite('ec2', () => {
  for (const [platform, because] of [
    [amazon, 'DMI vendor is Amazon EC2'],
    [
      { vendor: 'Xen', uuid: 'ec2e1916-9099-7caf-fd21-012345abcdef' },
      'DMI uuid is ec2e1916-9099-7caf-fd21-012345abcdef',
    ],
    [{ uuid: '45e12aec-dcd1-b213-94ed-012345abcdef' }, 'DMI uuid is 45e12aec-dcd1-b213-94ed-012345abcdef'],
    [{ serial: 'x.gb1.brightbox.com' }, 'DMI serial is x.gb1.brightbox.com'],
    [{ serial: 'x.bobrightbox.com' }, undefined],
    [{ chassis: 'a.zstack.io' }, 'DMI chassis is a.zstack.io'],
    [{ vendor: '3DS Outscale', product: '3DS Outscale VM' }, 'DMI product is 3DS Outscale VM'],
    [{ vendor: 'QEMU' }, undefined],
  ] as const) {
    test(`detect() says ${because} of ${JSON.stringify(platform)}`, async () => {
      const machine = facts({ platform: { ...facts().platform, ...platform } });
      assert.equal(await ec2.detect(machine, memoryHost(), {}), because);
    });
  }

  test('asks Amazon with a token: seven requests, one connection', async () => {
    const { instance, requests, connections } = await fetched({ dialects: ['imdsv2'] }, { platform: amazon });
    assert.deepEqual(instance, expected);
    assert.deepEqual(
      requests.map(({ method, path }) => `${method} ${path}`),
      [
        'PUT /latest/api/token',
        'GET /2021-03-23/meta-data/instance-id',
        'GET /2021-03-23/meta-data/public-keys/',
        'GET /2021-03-23/meta-data/public-keys/0/openssh-key',
        'GET /2021-03-23/user-data',
        'GET /2021-03-23/meta-data/local-hostname',
        'GET /2021-03-23/meta-data/placement/availability-zone',
      ],
    );
    assert.equal(connections, 1);
  });

  for (const dialect of ['imdsv1', 'imdsv2', 'unlisted', 'wakameFlat', 'wakameEc2'] as const) {
    test(`asks others without a token unless they want one, in seven requests at most: ${dialect}`, async () => {
      const { instance, requests } = await fetched({ dialects: [dialect] });
      assert.ok(instance && !(instance instanceof Error));
      const { id, hostname, publicKeys, userData } = expected;
      assert.deepEqual(
        [instance.id, instance.hostname, instance.publicKeys, instance.userData],
        [id, hostname, publicKeys, userData],
      );
      assert.ok(requests.length <= 7, `${requests.length} requests`);
      if (dialect !== 'imdsv2') assert.ok(requests.every(({ method }) => method === 'GET'));
    });
  }

  test('fetches the token again where it has expired', async () => {
    const faults: Fault[] = [{ does: 'status', status: 401, on: /user-data/, times: 1 }];
    const { instance, requests } = await fetched({ dialects: ['imdsv2'], faults }, { platform: amazon });
    assert.deepEqual(instance, expected);
    assert.equal(requests.filter(({ method }) => method === 'PUT').length, 2);
  });

  test('ends at once where the service is turned off', async () => {
    const faults: Fault[] = [{ does: 'status', status: 403, on: /token/ }];
    const { instance, requests, url } = await fetched({ dialects: ['imdsv2'], faults }, { platform: amazon });
    assert.ok(instance instanceof Error);
    assert.equal(instance.message, `PUT ${url}/latest/api/token: answered 403`);
    assert.equal(requests.length, 1);
  });

  test('never takes what a wrong Content-Length left over for the next answer', async () => {
    const faults: Fault[] = [{ does: 'overlong', on: /local-hostname/ }];
    const { instance } = await fetched({ dialects: ['imdsv1'], faults });
    const metadata = { meta_data: { ...expected.metadata.meta_data, 'local-hostname': 'wor' } };
    assert.deepEqual(instance, { ...expected, hostname: 'wor', metadata });
  });

  test('a redirect that leads in circles is no answer', async () => {
    const faults: Fault[] = [{ does: 'loop', on: /instance-id/ }];
    const { instance, url } = await fetched({ dialects: ['imdsv1'], faults }, { settings: { attempts: 2 } });
    assert.ok(instance instanceof Error);
    const where = `${url}/latest/meta-data/instance-id`;
    assert.match(
      instance.message,
      new RegExp(`^GET ${where}: answered 302, leading to /latest/meta-data/instance-id; gave up`),
    );
  });

  test('keeps to the last address that answers', async () => {
    const service = await serveMetadata(me, { dialects: ['imdsv1'] });
    const { ask } = asking({ settings: { metadata_urls: ['http://127.0.0.1:1', service.url] } });
    try {
      assert.deepEqual(await ec2.fetch(ask), expected);
    } finally {
      await service.close();
    }
  });

  test('copes with no keys, no user-data and no name', async () => {
    const faults: Fault[] = [{ does: 'missing', on: /public-keys|user-data|local-hostname|placement/ }];
    const { instance } = await fetched({ dialects: ['imdsv1'], faults });
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual(
      [instance.publicKeys, instance.userData, instance.hostname, instance.zone],
      [[], undefined, undefined, undefined],
    );
  });

  test('finds nobody where the service knows no instance-id', async () => {
    const { instance, notes } = await fetched({ dialects: ['imdsv1'], faults: [{ does: 'missing' }] });
    assert.equal(instance, undefined);
    assert.match(notes.join('\n'), /answers, but knows no instance-id/);
  });
});
