import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { installPackage } from './support/probe.ts';
import { run, unable } from './support/scratch.ts';
import { compatFile } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');
const finished = '/var/lib/cloud/instance/boot-finished';

/** What Packer and Terraform run in the build machine, from its first second on. */
const waiting = `[Unit]
DefaultDependencies=no
After=systemd-tmpfiles-setup.service
[Service]
ExecStart=/bin/sh -c 'test -e ${finished}; echo "there: $?"; cloud-init status; cloud-init status --wait; echo "ended: $?"; cat /root/ran'
StandardOutput=truncate:/root/waited
[Install]
WantedBy=sysinit.target
`;

test('tools that wait for cloud-init wait for bootagent, with its compatibility package', { skip }, async () => {
  await using machine = await container('bookworm', {
    probe: {
      waited: 'while systemctl --quiet is-active waiting.service; do sleep 0.1; done; cat /root/waited',
      finished: `stat -L -c %s ${finished}`,
      others: 'cloud-init init 2>&1; echo "$?"; cloud-init status --format json; cloud-init query v1.instance_id',
    },
  });
  await installPackage(machine.root, compatFile());
  await machine.write('/etc/systemd/system/waiting.service', waiting);
  await run('systemctl', ['--root', machine.root, 'enable', 'waiting.service']);
  await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-waited\n');
  await machine.write(
    '/var/lib/cloud/seed/nocloud/user-data',
    '#cloud-config\nruncmd: [sleep 2; echo ran >>/root/ran]\n',
  );
  for (const early of ['(not run|running)', '(not run|running|done)']) {
    const boot = await machine.boot();
    soundBoot(boot);
    const told = new RegExp(`^there: 1\\nstatus: ${early}\\nstatus: done\\nended: 0\\nran\\n$`);
    // A script that ran does not run again at the next boot.
    assert.match(boot.read('waited'), told);
    assert.equal(boot.read('finished'), '0\n');
    assert.match(
      boot.read('others'),
      /does not answer "cloud-init init".*\n2\n\{\n[^}]*\},\n {2}"status": "done"\n\}\ni-waited\n$/,
    );
  }
});
