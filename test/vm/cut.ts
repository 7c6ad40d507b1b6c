import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { unable } from '../machine/support/scratch.ts';
import { diskBytes } from './support/disk.ts';
import { ec2Firmware, rootBytes } from './support/expect.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm');
const probe = { ran: 'cat /root/ran', file: 'cat /root/written' };

describe('a machine that goes down in the middle of its first boot', { skip }, () => {
  test('by a power cut: the next boot ends where an undisturbed one would', { timeout: 1_800_000 }, async () => {
    await using vm = await machine({ probe });
    const userData = [
      '#cloud-config',
      'write_files: [{path: /root/written, content: whole}]',
      'runcmd:',
      '  - echo one >>/root/ran',
      '  - sync; echo CUT-HERE >/dev/console; test -e /root/second || { touch /root/second; sync; sleep 600; }',
      '  - echo three >>/root/ran',
      '',
    ].join('\n');
    await vm.cloud.serve({ keys: { visitor: vm.key }, userData }, 'imdsv2');
    await vm.boot({ smbios: ec2Firmware, cutAt: /CUT-HERE/ });

    const second = await vm.boot({ smbios: ec2Firmware });
    assert.doesNotMatch(second.read('journal'), /ordering cycle/i);
    assert.equal(second.read('file'), 'whole');
    assert.match(second.read('ran'), /^one\n/);
    assert.doesNotMatch(second.read('ran'), /one\n(.|\n)*one\n/, 'what had ended is not repeated');
    assert.ok(rootBytes(second) > 0.9 * diskBytes);
    // The status names what was running when the power was cut.
    assert.match(second.read('status'), /runcmd/);
  });

  test('by a reboot in its bootcmd: it comes up again and goes on, once', { timeout: 1_800_000 }, async () => {
    await using vm = await machine({ probe });
    const userData = [
      '#cloud-config',
      'bootcmd:',
      '  - echo bootcmd >>/root/ran',
      '  - test -e /root/rebooted || { touch /root/rebooted; reboot; }',
      'runcmd:',
      '  - echo runcmd >>/root/ran',
      '',
    ].join('\n');
    await vm.cloud.serve({ keys: { visitor: vm.key }, userData }, 'imdsv2');
    const boot = await vm.boot({ smbios: ec2Firmware, reboots: true });
    soundBoot(boot);
    assert.equal(boot.read('ran'), 'bootcmd\nbootcmd\nruncmd\n');
  });
});
