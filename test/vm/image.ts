import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { installPackage } from '../machine/support/probe.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { packageFile } from '../machine/support/trees.ts';
import { diskBytes } from './support/disk.ts';
import { ec2Firmware, nothingChanged, rootBytes } from './support/expect.ts';
import { opened } from './support/opened.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm');
const probe = {
  ran: 'cat /root/ran',
  keys: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  passwd: 'getent passwd',
  logins: 'cat /home/debian/.ssh/authorized_keys',
  instance: 'bootagent query v1.instance_id',
};
const userData = '#cloud-config\nruncmd:\n  - echo ran >>/root/ran\n';

describe('an image', { skip }, () => {
  test('whose root lies on a logical volume grows it, with all that lies between', { timeout: 1_800_000 }, async () => {
    await using vm = await machine({ layout: 'lvm', probe });
    await vm.cloud.serve({ keys: { visitor: vm.key }, userData }, 'imdsv2');
    const boot = await vm.boot({ smbios: ec2Firmware });
    soundBoot(boot);
    assert.ok(rootBytes(boot) > 0.9 * diskBytes, `${rootBytes(boot)} of ${diskBytes}`);
  });

  test('that is upgraded from an earlier package changes nothing at its next boot', {
    timeout: 1_800_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bootagent-earlier-'));
    const pack = ['packaging/rpm.ts', '--version', '0.0.1', '--payload', 'w1.zstdio', '--output', folder];
    await run(process.execPath, pack);
    await using vm = await machine({
      bare: true,
      probe,
      prepare: (root) => installPackage(root, join(folder, 'bootagent-0.0.1-1.x86_64.rpm')),
    });
    await vm.cloud.serve({ keys: { visitor: vm.key }, userData }, 'imdsv2');
    const before = await vm.boot({ smbios: ec2Firmware });
    soundBoot(before);

    await rm(folder, { recursive: true });
    await opened(vm.disk.file, (root) => installPackage(root, packageFile(), ['--upgrade']));
    const after = await vm.boot({ smbios: ec2Firmware });
    soundBoot(after);
    nothingChanged(before, after, ['ran', 'keys', 'passwd']);
    assert.match(after.read('run'), /nothing-due/);
  });

  test('that cloud-init has served is taken over as it stands', { timeout: 2_400_000 }, async () => {
    await using vm = await machine({
      bare: true,
      extra: ['cloud-init', 'cloud-guest-utils'],
      probe,
      prepare: (root) =>
        writeFile(
          join(root, 'etc/cloud/cloud.cfg.d/90-test.cfg'),
          'datasource_list: [Ec2]\ndatasource: {Ec2: {strict_id: false}}\n',
        ),
    });
    const instance = { id: 'i-moved', keys: { visitor: vm.key }, userData };
    // cloud-init asks for a token only if it detects Amazon, and there it requires a DHCP client of its own.
    await vm.cloud.serve(instance, 'imdsv1');
    const before = await vm.boot({ smbios: ec2Firmware });
    assert.equal(before.read('ran'), 'ran\n', before.read('journal'));
    assert.match(before.read('logins'), /^ssh-ed25519 /m);

    await opened(vm.disk.file, async (root) => {
      await installPackage(root, packageFile());
      await writeFile(join(root, 'etc/cloud/cloud-init.disabled'), '');
    });
    await vm.cloud.serve(instance, 'imdsv2');
    const after = await vm.boot({ smbios: ec2Firmware });
    soundBoot(after);
    assert.equal(after.read('instance').trim(), 'i-moved');
    nothingChanged(before, after, ['ran', 'keys', 'passwd', 'logins']);
  });
});
