import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findDue, type RemainingWork } from '../../../agent/boot/skip-unchanged/find-due.ts';
import { bootcmd, lateBootcmd } from '../../../modules/bootcmd.ts';
import { runcmd } from '../../../modules/runcmd.ts';
import { booted, bootOf, machineOf, schedule } from '../../support/boots.ts';

const later = { ...schedule, early: [bootcmd], final: [lateBootcmd, runcmd] };

describe('the work that the next boot would find', () => {
  for (const [what, userData, expected] of [
    ['nothing', 'runcmd: [r]', 'nothing'],
    ['commands of each boot before sshd', 'bootcmd: [b]', 'something'],
    ['commands of each boot behind sshd alone', 'bootcmd: [b]\nbootcmd_after_sshd: true', 'last stage'],
  ] as const satisfies readonly (readonly [string, string, RemainingWork])[]) {
    test(`${what}: ${expected}`, async () => {
      const machine = machineOf();
      const how = { cloud: { id: 'i-1', userData: `#cloud-config\n${userData}\n` }, schedule: later };
      await booted(machine, how);
      const ran = machine.host.did.length;
      const boot = await bootOf(machine, machine.nextBoot(), how, () => {});
      const outlook = { stages: ['early', 'main', 'final'] as const, noDatasource: false };
      assert.equal(await findDue(boot, machine.host, outlook), expected);
      assert.equal(machine.host.did.length, ran, 'the preview ran something');
    });
  }

  test('--only with the name of a module takes its late part, too', async () => {
    const machine = machineOf();
    const userData = '#cloud-config\nbootcmd: [b]\nruncmd: [r]\nbootcmd_after_sshd: true\n';
    await booted(machine, { cloud: { id: 'i-1', userData }, schedule: later, own: { only: ['bootcmd'] } });
    assert.deepEqual(
      machine.host.did.filter((each) => each.startsWith('item ')),
      ['item b'],
    );
  });

  test('a file that is missing before sshd: something, regardless of what runs after sshd', async () => {
    const machine = machineOf();
    const userData = '#cloud-config\nbootcmd: [b]\nbootcmd_after_sshd: true\n';
    const how = { cloud: { id: 'i-1', userData }, schedule: later };
    await booted(machine, how);
    const changed = { ...how, image: 'write_files: [{path: /a, content: x}]\n' };
    const boot = await bootOf(machine, machine.nextBoot(), changed, () => {});
    const outlook = { stages: ['early', 'main', 'final'] as const, noDatasource: false };
    assert.equal(await findDue(boot, machine.host, outlook), 'something');
  });
});
