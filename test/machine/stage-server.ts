import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Boot, linesOf, soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { unable } from './support/scratch.ts';
import { type Release, releases } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

/** Prints the ids of the bootagent processes. */
const who = `for p in /proc/[0-9]*; do [ $p/exe -ef /usr/bin/bootagent ] && echo \${p#/proc/}; done`;
/** Prints the shares of the processor that units get while the system starts, where the container has that controller. */
const units = ['bootagent-local', 'bootagent', 'bootagent-final', 'ssh', 'systemd-networkd', 'systemd-logind'];
const weights = `systemctl show --property=StartupCPUWeight --value ${units.map((unit) => `${unit}.service`).join(' ')} | grep .`;
const userData = `#cloud-config
bootcmd:
  - (${who}; grep -o 'bootagent.*' /proc/self/cgroup; grep SigIgn /proc/self/status) >/root/early
runcmd:
  - (for p in $(${who}); do tr '\\0' ' ' </proc/$p/cmdline; done) >/root/title
  - (${who}; grep -o 'bootagent.*' /proc/self/cgroup; grep SigIgn /proc/self/status) >/root/final
  - echo said; exit 3
`;
const probe = {
  early: 'cat /root/early',
  final: 'cat /root/final',
  title: 'cat /root/title',
  weights,
  left: who,
  began: 'cat /root/began',
  ...Object.fromEntries(
    ['bootagent-local', 'bootagent', 'bootagent-final'].map((unit) => [
      `said-${unit}`,
      `journalctl --boot --no-pager --output=cat --unit=${unit}.service SYSLOG_IDENTIFIER=bootagent`,
    ]),
  ),
};

async function machineOf(release: Release, more: Readonly<Record<string, string>> = {}, data = userData) {
  const machine = await container(release, { probe });
  await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-turns\n');
  await machine.write('/var/lib/cloud/seed/nocloud/user-data', data);
  for (const [path, text] of Object.entries(more)) await machine.write(`/etc/systemd/system/${path}`, text);
  return machine;
}

/** Returns whether the last stage began after the network was online, by systemd's timestamps. */
function isBehindNetwork(boot: Boot): boolean {
  const online = Number(boot.unit('network-online.target').ActiveEnterTimestampMonotonic);
  return online > 0 && online <= Number(boot.unit('bootagent-final.service').ExecMainStartTimestampMonotonic);
}

describe('the stages of a first boot', { skip }, () => {
  for (const [release, version] of Object.entries(releases)) {
    test(`are done by one process, for three units of systemd ${version}`, async () => {
      await using machine = await machineOf(release as Release);
      const boot = await machine.boot();
      soundBoot(boot);
      const [early = [], final = []] = ['early', 'final'].map((name) => linesOf(boot.read(name)));
      assert.equal(early.length, 3, boot.read('journal'));
      assert.equal(early[0], final[0], 'another process did the last stage');
      assert.deepEqual([early[1], final[1]], ['bootagent.service', 'bootagent-final.service']);
      // The commands inherit none of the signals that a shell ignores for its background processes.
      assert.deepEqual([early[2], final[2]], ['SigIgn:\t0000000000000000', 'SigIgn:\t0000000000000000']);
      assert.match(boot.read('title'), /^bootagent run final *$/);
      assert.equal(boot.read('left'), '');
      assert.match(boot.read('said-bootagent-local'), /instance i-turns \(new\)/);
      assert.match(boot.read('said-bootagent'), /bootcmd\[0\] \(1 of 1\): done/);
      assert.match(
        boot.read('said-bootagent-final'),
        /runcmd\[2\] \(3 of 3\) .*failed: exit 3.*failed \(listed above\)/s,
      );
      assert.equal(boot.unit('bootagent-final.service').ExecMainStatus, '2');
      // The login waits for sshd, the network and the early stages, and for no other unit.
      const usual = '[not set]';
      assert.deepEqual(linesOf(boot.read('weights')), ['1000', '1000', usual, '10000', '10000', usual]);
      assert.ok(isBehindNetwork(boot));
    });

    test(`are over for systemd ${version} where nothing is due, before the next boot is looked at, and wait for no network`, async () => {
      await using machine = await machineOf(
        release as Release,
        {},
        '#cloud-config\nssh_genkeytypes: [ecdsa, ed25519]\n',
      );
      // The last program of the boot snapshot.
      const slow = `#!/bin/sh\ncut -d' ' -f1 /proc/uptime >/root/began\nsleep 5\nexec /usr/bin/cksum "$@"\n`;
      await machine.write('/usr/local/sbin/cksum', slow, 0o755);
      const boot = await machine.boot();
      soundBoot(boot);
      assert.match(boot.read('began'), /^\d+\.\d+$/m);
      const over = Number(boot.unit('bootagent.service').ActiveEnterTimestampMonotonic) / 1e6;
      assert.ok(over < Number(boot.read('began')) + 4, `${over}, and it began at ${boot.read('began')}`);
      assert.equal(boot.unit('bootagent-final.service').ConditionResult, 'no');
      assert.equal(boot.unit('network-online.target').ActiveState, 'inactive');
    });
  }

  test('are done by another where its unit was given something of its own', async () => {
    const own = { 'bootagent-final.service.d/own.conf': '[Service]\nLimitCORE=17\n' };
    await using machine = await machineOf('bookworm', own);
    const boot = await machine.boot();
    soundBoot(boot);
    const [early, final] = ['early', 'final'].map((name) => linesOf(boot.read(name)));
    assert.notEqual(early?.[0], final?.[0]);
    assert.equal(final?.[1], 'bootagent-final.service');
    assert.match(boot.read('said-bootagent-final'), /runcmd\[2\] \(3 of 3\) .*failed: exit 3/);
    assert.equal(boot.read('left'), '');
  });

  test('are done by another where the first was killed while it waited', async () => {
    const killed = `[Service]\nExecStartPre=/bin/sh -c 'for p in $(${who}); do kill -9 $p; done'\n`;
    await using machine = await machineOf('bookworm', {
      'bootagent-final.service.d/killed.conf': killed.replaceAll('$', () => '$$'),
    });
    const boot = await machine.boot();
    soundBoot(boot);
    const [early, final] = ['early', 'final'].map((name) => linesOf(boot.read(name)));
    assert.notEqual(early?.[0], final?.[0]);
    assert.match(boot.read('said-bootagent-final'), /runcmd\[2\] \(3 of 3\) .*failed: exit 3/);
  });

  test('end with their unit where that takes too long, and the last is done by another', async () => {
    await using machine = await machineOf(
      'bookworm',
      { 'bootagent.service.d/soon.conf': '[Service]\nTimeoutStartSec=4\nTimeoutStopSec=20\n' },
      `#cloud-config\nbootcmd:\n  - sleep 300\nruncmd:\n  - pgrep -c sleep >/root/final; true\n  - systemctl is-active network-online.target >>/root/final\n`,
    );
    const boot = await machine.boot();
    assert.equal(boot.unit('bootagent.service').Result, 'timeout');
    assert.equal(boot.unit('bootagent-final.service').Result, 'success');
    assert.equal(boot.unit('network-online.target').ActiveState, 'active');
    // The hanging command is gone, and the network is up although the terminated unit can no longer request it.
    assert.equal(boot.read('final'), '0\nactive\n');
    assert.equal(boot.unit('bootagent.target').ActiveState, 'active');
    assert.equal(boot.read('left'), '');
  });
});
