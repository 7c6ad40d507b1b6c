import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { proven } from '../machine/support/proven.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { diskBytes } from './support/disk.ts';
import { ec2Firmware, nothingChanged, rootBytes, swapBytes } from './support/expect.ts';
import { machine } from './support/vm.ts';

const GiB = 2 ** 30;
const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm', 'ssh');

/** User-data of a worker node as a site writes it, reduced: swap per core, a name from the address, tools for jobs. */
const userData = `#cloud-config
disable_root: true
ssh_pwauth: false
users:
  - default
  - name: aliprod
    uid: 355
    lock_passwd: true
hostname_from_ip: {pattern: wn-%03d-%03d, domain: site.example}
manage_etc_hosts: true
swap:
  filename: /swap
  per_core: 60000000
condor:
  central_manager: 10.161.0.2
  mem_per_core_kb: 400000
cvmfs:
  http_proxy: http://squid.example.org:3128
  repositories: [alice.cern.ch]
runcmd:
  - echo ran >>/root/ran
`;

const probe = {
  hosts: 'cat /etc/hosts',
  shadow: 'grep -E "^(root|debian|aliprod):" /etc/shadow',
  passwd: 'getent passwd',
  ran: 'cat /root/ran',
  condor: 'cat /etc/condor/condor_config.local /etc/condor/config.d/*',
  cvmfs: 'cat /etc/cvmfs/default.local',
  told: 'bootagent status',
  asked: 'runuser -u nobody -- bootagent query v1.instance_id',
  keys: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  verify:
    'systemd-analyze verify --man=no bootagent-local.service bootagent.service bootagent-final.service bootagent.target',
};

/** Stand-ins for HTCondor and CVMFS, which Debian does not package: units and a program of the same names that do nothing. */
async function withGridSoftware(root: string): Promise<void> {
  for (const name of ['condor', 'autofs']) {
    await writeFile(
      join(root, `etc/systemd/system/${name}.service`),
      '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
    );
  }
  await writeFile(join(root, 'usr/bin/cvmfs_config'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
}

describe('the life of a worker node in an EC2-like cloud', { skip }, () => {
  test('first boot, reboot with the metadata service down, new instance', { timeout: 3_000_000 }, async (t) => {
    await using vm = await machine({ probe, prepare: withGridSoftware });
    const instance = { id: 'i-1', keys: { visitor: vm.key }, userData };

    await vm.cloud.serve(instance, 'imdsv2');
    let whoami = '';
    let rootRefused = false;
    const first = await vm.boot({
      smbios: ec2Firmware,
      visit: async ({ ssh }) => {
        whoami = await ssh('debian', 'sudo -n id -un');
        rootRefused = await ssh('root', 'true').then(
          () => false,
          () => true,
        );
      },
    });
    const asked = await vm.cloud.silence();

    await t.test('it comes up in order', () => {
      soundBoot(first);
      proven({
        system: 'Debian GNU/Linux 12 (bookworm)',
        level: 'booted in a virtual machine',
        told: 'QEMU, EC2 metadata; first boot, reboot, new instance',
      });
      assert.equal(first.read('verify').trim(), '');
    });
    await t.test('its root file system fills the disk', () => {
      assert.ok(rootBytes(first) > 0.9 * diskBytes, `${rootBytes(first)} of ${diskBytes}`);
    });
    await t.test('it swaps, by the core', () => assert.equal(Math.round(swapBytes(first, '/swap') / 1e6), 120));
    await t.test('the key of the metadata opens the default user, who may become root', () =>
      assert.equal(whoami, 'root\n'),
    );
    await t.test('root is locked, and refused by ssh', () => {
      assert.match(first.read('shadow'), /^root:[!*]/m);
      assert.ok(rootRefused);
    });
    await t.test('its name is made of its address, and is in its own hosts file', () => {
      assert.equal(first.read('hostname').trim(), 'wn-002-015.site.example');
      assert.match(first.read('hosts'), /^(10\.0\.2\.15|127\.0\.1\.1)\s.*wn-002-015/m);
    });
    await t.test('HTCondor and CVMFS are set up', () => {
      assert.match(first.read('condor'), /10\.161\.0\.2/);
      assert.match(first.read('cvmfs'), /CVMFS_REPOSITORIES=.*alice\.cern\.ch/);
    });
    await t.test('at most seven requests were made', () => assert.ok(asked.length <= 7, asked.join('\n')));

    // A visit adds a word to the kernel's command line, which must be unchanged, too.
    const second = await vm.boot({ smbios: ec2Firmware, visit: async () => {} });
    // Its name derives from an address that is available only later: the agent assumes the last name, and checks it once the
    // network is up.
    await t.test('the second boot, with nobody answering, changes nothing', () => {
      soundBoot(second);
      nothingChanged(first, second, ['keys', 'shadow', 'hosts', 'condor', 'cvmfs', 'hostname', 'ran', 'passwd']);
      assert.doesNotMatch(second.read('journal'), /bootagent\[\d+\]: (\d+ changes? made|x )/);
      assert.ok(swapBytes(second, '/swap') > 0);
    });
    await t.test('for that it starts no agent, and says so', () => {
      const journal = second.read('journal');
      assert.match(journal, /nothing is due: the machine is as it was$/m);
      assert.match(journal, /nothing is due: the machine has the address it had$/m);
      assert.doesNotMatch(journal, /cached: same machine as last boot/);
      assert.equal(second.unit('bootagent.service').ConditionResult, 'no');
      assert.match(second.read('status'), /"state": "done"/);
      assert.match(second.read('status'), /"unseen": true/);
      assert.match(second.read('told'), /^took +nothing: the machine is as it was at 20/m);
      assert.equal(second.read('asked'), 'i-1\n');
      assert.match(second.console, /"bootagent":".*"instance":"i-1","state":"done"/);
    });

    await run('truncate', ['-s', String(diskBytes + GiB), vm.disk.file]);
    const grown = await vm.boot({ smbios: ec2Firmware });
    await t.test('where something is another, such as a larger disk, it starts and sees to it', () => {
      soundBoot(grown);
      assert.ok(rootBytes(grown) > rootBytes(second) + 0.9 * GiB, `${rootBytes(grown)} after ${rootBytes(second)}`);
      assert.doesNotMatch(grown.read('journal'), /the machine is as it was/);
      nothingChanged(second, grown, ['keys', 'shadow', 'hosts', 'condor', 'cvmfs', 'hostname', 'ran', 'passwd']);
    });

    await vm.cloud.serve({ ...instance, id: 'i-2' }, 'imdsv2');
    const third = await vm.boot({ smbios: ec2Firmware.replace('ec2e1916', 'ec2e1917') });
    await t.test('as a new instance it is set up anew, with keys of its own', () => {
      soundBoot(third);
      assert.equal(third.read('ran'), 'ran\nran\n');
      assert.notEqual(third.read('keys'), first.read('keys'));
    });
  });
});
