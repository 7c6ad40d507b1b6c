import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linesOf, soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { unable } from './support/scratch.ts';
import { type Release, releases } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

/** Who runs the command, and in whose unit. */
const who = `for p in /proc/[0-9]*; do [ $p/exe -ef /usr/bin/bootagent ] && echo \${p#/proc/}; done`;
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
  left: who,
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
      // Nothing of how a shell starts what it does not wait for gets to the commands.
      assert.deepEqual([early[2], final[2]], ['SigIgn:\t0000000000000000', 'SigIgn:\t0000000000000000']);
      assert.match(boot.read('title'), /^bootagent run final *$/);
      assert.equal(boot.read('left'), '');
      assert.match(boot.read('said-bootagent-local'), /instance i-turns \(new\)/);
      assert.match(boot.read('said-bootagent'), /bootcmd item 1 of 1 ended well/);
      assert.match(boot.read('said-bootagent-final'), /runcmd item 3 of 3 ended with 3.*with problems/s);
      assert.equal(boot.unit('bootagent-final.service').ExecMainStatus, '2');
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
    assert.match(boot.read('said-bootagent-final'), /runcmd item 3 of 3 ended with 3/);
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
    assert.match(boot.read('said-bootagent-final'), /runcmd item 3 of 3 ended with 3/);
  });

  test('end with their unit where that takes too long, and the last is done by another', async () => {
    await using machine = await machineOf(
      'bookworm',
      { 'bootagent.service.d/soon.conf': '[Service]\nTimeoutStartSec=4\nTimeoutStopSec=20\n' },
      `#cloud-config\nbootcmd:\n  - sleep 300\nruncmd:\n  - pgrep -c sleep >/root/final; true\n`,
    );
    const boot = await machine.boot();
    assert.equal(boot.unit('bootagent.service').Result, 'timeout');
    assert.equal(boot.unit('bootagent-final.service').Result, 'success');
    assert.equal(boot.read('final'), '0\n', 'the command that hung is still there');
    assert.equal(boot.unit('bootagent.target').ActiveState, 'active');
    assert.equal(boot.read('left'), '');
  });
});
