import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { unable } from './support/scratch.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

/** Replaces the first `shutdown` in the search path, and records the state of the run at the time of the call. */
const shutdown = `#!/bin/sh
echo "$@" >>/root/down
systemctl show --property=ActiveState bootagent-final.service >>/root/down
`;

const userData = `#cloud-config
power_state: {mode: reboot, message: Bye}
`;

test('power_state acts once, and not before the run is over', { skip }, async () => {
  await using machine = await container('bookworm', { probe: { down: 'sleep 2; cat /root/down' } });
  await machine.write('/usr/local/sbin/shutdown', shutdown);
  await chmod(join(machine.root, '/usr/local/sbin/shutdown'), 0o755);
  await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-power\n');
  await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData);
  for (const _ of ['first boot', 'second boot']) {
    const boot = await machine.boot();
    soundBoot(boot);
    assert.equal(boot.read('down'), '-r now Bye\nActiveState=active\n');
  }
});
