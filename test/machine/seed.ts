import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { guestAddress } from './support/network.ts';
import { unable } from './support/scratch.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

const userData = `#cloud-config
write_files:
  - path: /etc/motd
    content: "hello\\n"
    permissions: '0640'
bootcmd:
  - echo bootcmd >>/root/ran
runcmd:
  - echo runcmd >>/root/ran
`;
const probe = {
  ran: 'cat /root/ran',
  leftovers: 'find /root/anaconda-ks.cfg /var/log/anaconda -type f 2>/dev/null',
  motd: 'stat --format="%a %U:%G" /etc/motd; cat /etc/motd',
  // The journal lines of the agent and its unit scripts, with the reason when the agent does not start.
  started: 'journalctl --boot --no-pager --output=cat SYSLOG_IDENTIFIER=bootagent',
};

describe('a machine with a seed folder', { skip }, () => {
  test('is set up at its first boot, and left alone at its second', async () => {
    await using machine = await container('bookworm', { probe });
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-seed-1\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData);
    // An installer writes these after the last program of the image can have run.
    await machine.write('/root/anaconda-ks.cfg', 'rootpw --iscrypted hash\n');
    await machine.write('/var/log/anaconda/journal.log', 'x\n');

    const first = await machine.boot();
    soundBoot(first);
    assert.equal(first.read('ran'), 'bootcmd\nruncmd\n');
    assert.equal(first.read('motd'), '640 root:root\nhello\n');
    assert.equal(first.read('leftovers'), '');

    const second = await machine.boot();
    soundBoot(second);
    assert.equal(second.read('ran'), 'bootcmd\nruncmd\nbootcmd\n', 'bootcmd runs at every boot, runcmd does not');
  });

  test('that asks for nothing at later boots starts one process there', async () => {
    await using machine = await container('bookworm', { probe });
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-seed-2\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData.replace(/bootcmd:\n.*\n/, ''));
    soundBoot(await machine.boot());

    const second = await machine.boot();
    soundBoot(second);
    assert.match(second.read('run'), /nothing-due/);
    for (const unit of ['bootagent.service', 'bootagent-final.service']) {
      assert.equal(second.unit(unit).ConditionResult, 'no', `${unit} was started`);
    }
    assert.equal(second.unit('bootagent-local.service').ExecMainStatus, '0');
  });

  test('whose bootcmd may run after sshd runs it in the last unit, at each boot', async () => {
    await using machine = await container('bookworm', { probe });
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-seed-5\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', `${userData}bootcmd_after_sshd: true\n`);
    for (const ran of ['bootcmd\nruncmd\n', 'bootcmd\nruncmd\nbootcmd\n']) {
      const boot = await machine.boot();
      soundBoot(boot);
      assert.equal(boot.read('ran'), ran);
      assert.match(boot.read('started'), /^bootcmd_late bootcmd\[0\] \(1 of 1\): done in/m);
    }
  });

  test('becomes another instance where its units are stopped and started again within one boot', async () => {
    await using machine = await container('bookworm', { probe });
    const seed = async (id: string, user: string) => {
      await machine.write('/var/lib/cloud/seed/nocloud/meta-data', `instance-id: ${id}\n`);
      await machine.write('/var/lib/cloud/seed/nocloud/user-data', `${userData}users: [{name: ${user}}]\n`);
    };
    await seed('i-seed-3', 'ann');
    await using running = await machine.start();
    await running.begun();
    const settled = 'systemctl is-system-running --wait >/dev/null;';
    assert.match(await running.sh(`${settled} cat /run/bootagent/pass; id -un ann`), /^1\nann\n$/);
    // As in a soft-reboot, which needs a later systemd: everything stops and starts, and /run stays.
    await running.sh('echo >/run/bootagent/nothing-due; echo 192.0.2.1 eth9 >/run/bootagent/nothing-due-at');
    await seed('i-seed-4', 'bob');
    const units = 'bootagent-local.service bootagent.service bootagent-final.service';
    await running.sh(`systemctl stop ${units} bootagent.target; systemctl start ${units} bootagent.target`);
    assert.equal(await running.sh('cat /run/bootagent/pass; id -un bob'), '2\nbob\n');
    assert.equal(await running.sh('cat /root/ran'), 'bootcmd\nruncmd\nbootcmd\nruncmd\n');
    await running.sh('poweroff').catch(() => {});
    await running.ended;
  });

  test('whose software is told its address starts one process at later boots, and the rest where it is another', async () => {
    await using machine = await container('bookworm', {
      probe: { ...probe, condor: 'cat /etc/condor/config.d/zz-bootagent.config' },
    });
    await machine.write(
      '/etc/systemd/system/condor.service',
      '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
    );
    await machine.write('/etc/condor/condor_config', '');
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-seed-3\n');
    await machine.write(
      '/var/lib/cloud/seed/nocloud/user-data',
      '#cloud-config\ncondor: {central_manager: 10.161.0.2}\n',
    );
    const booted = async (address: string) => {
      // On another cable, because a network namespace keeps an address that a machine loses at power-off.
      await machine.move(address);
      const boot = await machine.boot();
      soundBoot(boot);
      return boot;
    };
    const first = await booted(guestAddress);
    assert.match(first.read('condor'), /10\.161\.7\.25/);

    const second = await booted(guestAddress);
    assert.match(second.read('run'), /nothing-due-at/);
    assert.equal(second.unit('bootagent.service').ConditionResult, 'no');
    assert.match(second.read('started'), /nothing is due: the machine has the address it had/);
    assert.equal(second.read('condor'), first.read('condor'));

    const third = await booted('10.161.7.26');
    assert.match(third.read('condor'), /10\.161\.7\.26/);
  });
});

describe('a machine in no cloud', { skip }, () => {
  test('runs all units at its first boot, for the RSA key comes last, one later, and is seen to have come into a cloud', async () => {
    await using machine = await container('bookworm', { probe });
    const started = async () => {
      const boot = await machine.boot();
      soundBoot(boot);
      const units = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];
      return units.filter((unit) => boot.unit(unit).ConditionResult === 'yes').length;
    };
    assert.equal(await started(), 3);
    assert.equal(await started(), 1);
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-seed-4\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData);
    assert.equal(await started(), 3);
  });
});
