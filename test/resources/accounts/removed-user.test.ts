import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../../agent/engine/change.ts';
import { applied, laws } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const plan: PlanItem[] = [{ at: 'user', changes: [{ kind: 'removed-user', name: 'cloud-user' }] }];
const machine = (home = '/home/cloud-user', also = '') =>
  memoryHost({
    offline: true,
    files: {
      '/etc/passwd': `root:x:0:0:root:/root:/bin/bash\ncloud-user:x:1000:1000:Cloud:${home}:/bin/bash\n${also}`,
      '/etc/shadow': 'root:!:1::::::\ncloud-user:$6$x:1::::::\ncloud-user2:!:1::::::\n',
      '/etc/group': 'root:x:0:\nwheel:x:10:adm,cloud-user,bob\ncloud-user:x:1000:\n',
      '/etc/gshadow': 'wheel:::adm,cloud-user,bob\ncloud-user:!::\n',
      '/etc/subuid': 'cloud-user:100000:65536\n',
      '/etc/selinux/targeted/seusers': 'root:unconfined_u:s0\ncloud-user:staff_u:s0\n',
      '/home/cloud-user/.ssh/authorized_keys': 'k',
      '/home/bob/keep': 'k',
      '/var/mail/cloud-user': 'm',
      '/srv/shared/x': 'x',
    },
  });
laws('a user that is not to be', plan, () => machine());

describe('a user removed', () => {
  test('leaves no line, home or mail, and no other user changed', async () => {
    const host = machine();
    await applied(plan, host);
    assert.equal(host.text('/etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
    assert.equal(host.text('/etc/shadow'), 'root:!:1::::::\ncloud-user2:!:1::::::\n');
    assert.equal(host.text('/etc/group'), 'root:x:0:\nwheel:x:10:adm,bob\n');
    assert.equal(host.text('/etc/gshadow'), 'wheel:::adm,bob\n');
    assert.equal(host.text('/etc/subuid'), '');
    assert.equal(host.text('/etc/selinux/targeted/seusers'), 'root:unconfined_u:s0\n');
    assert.deepEqual(
      ['/home/cloud-user', '/var/mail/cloud-user', '/home/bob/keep'].map((path) => host.nodes.has(path)),
      [false, false, true],
    );
    assert.equal(host.did.at(-1), 'write /etc/passwd');
  });

  for (const [home, also, why] of [
    ['/', '', 'is the root'],
    ['/usr', '', 'is of the system'],
    ['/home', '', 'holds all homes'],
    ['/home/../etc', '', 'leads elsewhere'],
    ['/home/bob', 'bob:x:1001:1001::/home/bob:/bin/sh\n', 'is somebody else’s too'],
  ] as const) {
    test(`keeps a home that ${why}`, async () => {
      const host = machine(home, also);
      await applied(plan, host);
      assert.deepEqual(
        host.did.filter((each) => each.startsWith('remove')),
        ['remove /var/mail/cloud-user'],
      );
    });
  }

  test('keeps a group of the same name that others are in', async () => {
    const host = machine();
    await host.writeFile('/etc/group', 'cloud-user:x:1000:bob,cloud-user\n');
    await applied(plan, host);
    assert.equal(host.text('/etc/group'), 'cloud-user:x:1000:bob\n');
  });
});
