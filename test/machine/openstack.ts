import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { unable } from './support/scratch.ts';
import { metadataService } from './support/service.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');
const id = '8a3f1c1e-4a07-4d5c-9c4e-0a1b2c3d4e5f';
const userData = '#cloud-config\npreserve_hostname: true\nruncmd:\n  - echo ran >>/root/ran\n';

test('a machine reads its identity from OpenStack by HTTP, in at most six requests', { skip }, async () => {
  await using machine = await container('bookworm', {
    probe: {
      ran: 'cat /root/ran',
      id: 'bootagent query v1.instance_id',
      logins: 'cat /home/debian/.ssh/authorized_keys',
    },
  });
  // A container has no firmware that identifies the platform.
  await machine.write('/etc/bootagent/conf.d/50-source.yaml', 'datasource_list: [OpenStack]\n');
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-openstack-'));
  const service = metadataService(machine.network.server, folder);
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice';
  await service.serve({ id, keys: { alice: key }, userData }, 'openstack');
  const boot = await machine.boot();
  const asked = await service.silence();
  await rm(folder, { recursive: true });
  soundBoot(boot);
  assert.equal(boot.read('id').trim(), id);
  assert.equal(boot.read('ran'), 'ran\n');
  assert.ok(boot.read('logins').includes(key), boot.read('logins'));
  assert.ok(asked.length <= 6 && asked.every((each) => each.startsWith('GET /openstack')), asked.join('\n'));
});
