import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { nameOf, proven } from './support/proven.ts';
import { unable } from './support/scratch.ts';
import { type Release, releases } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

describe('the package, booted by systemd', { skip }, () => {
  for (const [release, version] of Object.entries(releases)) {
    test(`${version} comes up in order, with its end reached and nothing failed`, async () => {
      await using machine = await container(release as Release);
      const boot = await machine.boot();
      soundBoot(boot);
      proven({
        system: nameOf(machine.root),
        level: 'booted in a container',
        told: `systemd ${version}, systemd-nspawn`,
      });
      assert.equal(boot.unit('bootagent-local.service').ActiveState, 'active');
    });
  }

  test('a last stage that was dropped to break an ordering cycle is told as never run', async () => {
    const asked = 'bootagent status --wait --timeout 60; echo "exit $?"';
    await using machine = await container('bookworm', { probe: { asked } });
    await machine.write('/etc/systemd/system/bootagent-final.service.d/cycle.conf', '[Unit]\nBefore=sysinit.target\n');
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-cycle\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', '#cloud-config\nruncmd: [touch /root/ran]\n');
    const boot = await machine.boot();
    assert.equal(boot.unit('bootagent-final.service').ActiveState, 'inactive');
    const told = boot.read('asked');
    assert.match(told, /^state {7}interrupted\n/);
    assert.match(told, /^ {2}x the boot's last stage never ran: systemd did not start bootagent-final\.service$/m);
    assert.match(told, /^next .*journalctl --boot _PID=1.*\nexit 1\n$/m);
    const { state, never_ran } = JSON.parse(boot.read('status'));
    // systemd may break the cycle at the preceding unit first, which then never ran either.
    const others = "the boot's middle stages never ran: systemd did not start bootagent.service";
    const last = "the boot's last stage never ran: systemd did not start bootagent-final.service";
    assert.deepEqual([state, never_ran.filter((each: string) => each !== others)], ['interrupted', [last]]);
  });
});
