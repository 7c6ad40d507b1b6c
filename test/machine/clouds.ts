import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describe } from '../support/metadata/description.ts';
import type { dialects } from '../support/metadata/dialects.ts';
import { serveMetadata } from '../support/metadata/server.ts';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { unable } from './support/scratch.ts';
import { metadataService } from './support/service.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice';
const userData = '#cloud-config\npreserve_hostname: true\nruncmd:\n  - echo ran >>/root/ran\n';

/** One datasource of each kind: a JSON document, a path tree, a token, a port below 1024. */
const kinds: readonly {
  readonly alias: string;
  readonly dialect: keyof typeof dialects;
  readonly id: string;
  readonly requests: readonly string[];
}[] = [
  { alias: 'DigitalOcean', dialect: 'digitalocean', id: '22532410', requests: ['GET /metadata/v1.json'] },
  {
    alias: 'Exoscale',
    dialect: 'exoscale',
    id: '8a3f1c1e-4a07-4d5c-9c4e-0a1b2c3d4e5f',
    requests: [
      'GET /1.0/meta-data/instance-id',
      'GET /1.0/meta-data/public-keys/',
      'GET /1.0/meta-data/public-keys',
      'GET /1.0/user-data',
      'GET /1.0/meta-data/local-hostname',
      'GET /1.0/meta-data/availability-zone',
    ],
  },
  {
    alias: 'Akamai',
    dialect: 'akamai',
    id: '12345678',
    requests: ['PUT /v1/token', 'GET /v1/instance', 'GET /v1/ssh-keys', 'GET /v1/user-data'],
  },
  {
    alias: 'Scaleway',
    dialect: 'scaleway',
    id: '00000000-0000-4000-8000-000000000001',
    requests: ['GET /conf?format=json', 'GET /user_data/cloud-init', 'GET /vendor_data/cloud-init'],
  },
];

const probe = {
  ran: 'cat /root/ran',
  id: 'bootagent query v1.instance_id',
  logins: 'cat /home/debian/.ssh/authorized_keys',
};

for (const { alias, dialect, id, requests } of kinds) {
  test(`a machine is identified by ${alias}'s service, with its keys and its user-data`, { skip }, async () => {
    await using machine = await container('bookworm', { probe });
    // A container has no firmware that identifies the platform, and the services have one address here.
    const settings = { [alias]: { metadata_urls: ['http://169.254.169.254'] } };
    const image = { datasource_list: [alias], datasource: settings };
    await machine.write('/etc/bootagent/conf.d/50-source.yaml', `${JSON.stringify(image)}\n`);
    const folder = await mkdtemp(join(tmpdir(), 'bootagent-cloud-'));
    const service = metadataService(machine.network.server, folder);
    await service.serve({ id, keys: { alice: key }, userData }, dialect);
    const boot = await machine.boot();
    const asked = await service.silence();
    await rm(folder, { recursive: true });
    soundBoot(boot);
    assert.equal(boot.read('id').trim(), id);
    assert.equal(boot.read('ran'), 'ran\n');
    assert.ok(boot.read('logins').includes(key), boot.read('logins'));
    assert.deepEqual(asked, requests);
  });
}

test('a machine with the socket of LXD is identified through it before the network is up', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-lxd-'));
  const description = describe({ id: 'c1', keys: { alice: key }, userData });
  const service = await serveMetadata(description, { dialects: ['lxd'], socket: join(folder, 'sock') });
  try {
    await using machine = await container('bookworm', {
      binds: [`${folder}:/dev/lxd`],
      probe: { ...probe, how: 'journalctl --boot --output cat --unit bootagent-local.service' },
    });
    const boot = await machine.boot();
    soundBoot(boot);
    assert.equal(boot.read('id').trim(), 'c1');
    assert.equal(boot.read('ran'), 'ran\n');
    assert.ok(boot.read('logins').includes(key), boot.read('logins'));
    assert.match(boot.read('how'), /lxd: there is \/dev\/lxd\/sock/);
    assert.equal(service.requests[0]?.path, '/1.0/meta-data');
  } finally {
    await service.close();
    await rm(folder, { recursive: true });
  }
});
