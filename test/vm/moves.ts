import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { installPackage } from '../machine/support/probe.ts';
import { unable } from '../machine/support/scratch.ts';
import { packageFile } from '../machine/support/trees.ts';
import { ec2Firmware, nothingChanged } from './support/expect.ts';
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

describe('a machine moved from cloud-init', { skip }, () => {
  test('is taken over as it stands', { timeout: 2_400_000 }, async () => {
    await using vm = await machine({
      bare: true,
      extra: ['cloud-init', 'cloud-guest-utils'],
      probe,
      async prepare(root) {
        const write = async (path: string, text: string) => {
          await mkdir(join(root, path, '..'), { recursive: true });
          await writeFile(join(root, path), text);
        };
        await write(
          'etc/cloud/cloud.cfg.d/90-test.cfg',
          'datasource_list: [Ec2]\ndatasource: {Ec2: {strict_id: false}}\n',
        );
        await write(
          'etc/systemd/system/probe.service.d/end.conf',
          '[Unit]\nAfter=cloud-final.service cloud-init.target\n',
        );
      },
    });
    const instance = { id: 'i-moved', keys: { visitor: vm.key }, userData };
    // cloud-init asks for a token only where it believes to be with Amazon, and there it wants a DHCP client of its own.
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
