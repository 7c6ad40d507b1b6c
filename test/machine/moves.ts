import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Boot, linesOf, soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { installPackage } from './support/probe.ts';
import { run, unable } from './support/scratch.ts';
import { packageFile, withKernel } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm', 'rpmbuild');
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice';

/** User-data that both agents read alike, with each kind of setting: accounts, keys, files, scripts. */
const userData = `#cloud-config
disable_root: true
ssh_pwauth: false
users:
  - default
  - {name: aliprod, uid: 355, sudo: 'ALL=(ALL) NOPASSWD:ALL', ssh_authorized_keys: ['${key}']}
write_files:
  - {path: /etc/site.conf, content: "site\\n", permissions: '0640'}
runcmd:
  - echo ran >>/root/ran
`;

const probe = {
  ran: 'cat /root/ran',
  keys: 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  accounts: 'getent passwd; getent group; cat /etc/shadow',
  logins: 'for each in /root /home/*; do echo "$each"; cat "$each/.ssh/authorized_keys"; done',
  sudoers: 'cat /etc/sudoers.d/*',
  sshd: 'sshd -T | sort',
  site: 'stat -c "%a %U" /etc/site.conf; cat /etc/site.conf',
  names: 'hostname; cat /etc/hostname; cat /etc/hosts',
};
const kept = Object.keys(probe);

/** Returns the changes that the agent reported. */
const made = (boot: Boot): readonly string[] =>
  linesOf(boot.read('journal')).filter((line) =>
    /bootagent\[\d+\]: .*\bchanges? made|bootagent\[\d+\]: [+~x] /.test(line),
  );

describe('a machine in service', { skip }, () => {
  test('whose package is upgraded changes nothing at its next boot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bootagent-earlier-'));
    const pack = ['packaging/rpm.ts', '--version', '0.0.1', '--payload', 'w1.zstdio', '--output', folder];
    await run(process.execPath, pack);
    await using machine = await container('bookworm', { probe, package: join(folder, 'bootagent-0.0.1-1.x86_64.rpm') });
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-upgraded\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData);
    const before = await machine.boot();
    soundBoot(before);
    assert.equal(before.read('ran'), 'ran\n');

    await installPackage(machine.root, packageFile(), ['--upgrade']);
    await rm(folder, { recursive: true });
    const after = await machine.boot();
    soundBoot(after);
    for (const name of kept) assert.equal(after.read(name), before.read(name), name);
    assert.deepEqual(made(after), []);
    assert.match(after.read('run'), /nothing-due/);
  });

  test('that cloud-init has set up is taken over as it stands', async () => {
    await using machine = await container('bookworm', { probe, package: 'none', extra: [...withKernel, 'cloud-init'] });
    await machine.write('/etc/cloud/ds-identify.cfg', 'policy: enabled\n');
    // It would wait for DHCP, and no DHCP server answers here.
    await machine.write('/etc/cloud/cloud.cfg.d/99-network.cfg', 'network: {config: disabled}\n');
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-moved\n');
    await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData);
    const before = await machine.boot();
    assert.equal(before.read('ran'), 'ran\n', before.read('journal'));

    await installPackage(machine.root, packageFile());
    const beside = await machine.boot();
    soundBoot(beside);
    for (const name of kept) assert.equal(beside.read(name), before.read(name), name);
    assert.match(beside.read('journal'), /bootagent\[\d+\]: .*cloud-init starts on this machine too/);

    await machine.write('/etc/cloud/cloud-init.disabled', '');
    const after = await machine.boot();
    soundBoot(after);
    for (const name of kept) assert.equal(after.read(name), before.read(name), name);
    assert.doesNotMatch(after.read('journal'), /cloud-init starts/);
  });
});
