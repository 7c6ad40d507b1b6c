import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { linesOf, soundBoot } from '../machine/support/boot.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { ec2Firmware } from './support/expect.ts';
import { opened } from './support/opened.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm');
const extra = ['selinux-policy-default', 'policycoreutils', 'auditd'];
const words = 'security=selinux selinux=1 enforcing=0 audit=1 audit_backlog_limit=8192';

const userData = `#cloud-config
disable_root: true
ssh_pwauth: false
users:
  - default
  - {name: aliprod, uid: 355, sudo: 'ALL=(ALL) NOPASSWD: /usr/bin/true'}
hostname: labelled
manage_etc_hosts: true
timezone: Europe/Berlin
swap: {filename: /swap, size: 64M}
write_files:
  - {path: /etc/site/worker.conf, content: a}
  - {path: /var/www/site/index.html, content: c}
  - {path: /usr/local/bin/worker, content: b, permissions: '0755'}
runcmd:
  - tr -d '\\0' </proc/self/attr/current >/run/domain
`;

/** The files that the agent wrote for that user-data. */
const written = [
  ...['/etc/hostname', '/etc/hosts', '/etc/fstab', '/etc/localtime', '/etc/passwd', '/etc/group', '/etc/shadow'],
  ...['/etc/ssh/sshd_config.d/01-bootagent.conf', '/etc/ssh/ssh_host_ed25519_key', '/etc/ssh/ssh_host_ed25519_key.pub'],
  ...['/home/debian', '/home/debian/.ssh', '/home/debian/.ssh/authorized_keys', '/home/aliprod'],
  ...['/etc/site', '/etc/site/worker.conf', '/usr/local/bin/worker'],
  // Paths with a rule of their own also for the directories that were missing.
  ...['/var/www', '/var/www/site', '/var/www/site/index.html'],
  ...['/var/lib/bootagent', '/var/lib/bootagent/journal.ndjson'],
];

const probe = {
  mode: 'getenforce',
  domain: 'cat /run/domain',
  written: `matchpathcon -V ${written.join(' ')} /etc/sudoers.d/*`,
  state: 'matchpathcon -V $(find /var/lib/bootagent)',
  // Every path whose label differs from the policy's rules, no matter which program wrote it.
  astray: 'restorecon -n -R -v /etc /home /root /usr/local /var/lib /var/www',
  // The policy has no rule for this path; swapon may use the label that mkswap sets.
  swap: 'stat -c %C /swap',
  denials: 'sync; grep -h "avc:  denied" /var/log/audit/audit.log',
};

/** Writes the labels into the file system, as an installer does. */
async function labelled(root: string): Promise<void> {
  await writeFile(join(root, 'etc/selinux/config'), 'SELINUX=permissive\nSELINUXTYPE=default\n');
  const rules = '/etc/selinux/default/contexts/files/file_contexts';
  // setfiles sets labels through /proc.
  await run('mount', ['-t', 'proc', 'proc', join(root, 'proc')]);
  try {
    await run('chroot', [root, 'setfiles', '-F', '-e', '/proc', rules, '/']);
  } finally {
    await run('umount', [join(root, 'proc')]);
  }
}

/** Returns the distinct denials, as "bin_t wants write of a file of etc_t". */
const kinds = (denials: readonly string[]): readonly string[] =>
  [
    ...new Set(
      denials.map((line) => {
        const [, what, comm] = /denied {2}{ ([^}]*) }.* comm="([^"]*)"/.exec(line) ?? [];
        const [, of, to, sort] =
          /scontext=\S+?:\S+?:(\w+)\S* tcontext=\S+?:\S+?:(\w+)\S* tclass=(\w+)/.exec(line) ?? [];
        return `${of} ${comm}: ${what} of ${sort} ${to}`;
      }),
    ),
  ].toSorted();

describe('a machine with SELinux, permissive, under the policy of Debian', { skip }, () => {
  test('labels all it writes as the policy says', { timeout: 1_800_000 }, async (t) => {
    await using vm = await machine({ extra, probe });
    await opened(vm.disk.file, labelled);
    await vm.cloud.serve({ keys: { visitor: vm.key }, userData }, 'imdsv2');
    const boot = await vm.boot({ smbios: ec2Firmware, append: words });

    await t.test('it comes up in order', () => {
      soundBoot(boot);
      assert.equal(boot.read('mode'), 'Permissive\n');
    });
    await t.test('what it wrote is labelled so', () => {
      const told = linesOf(boot.read('written'));
      assert.ok(told.length >= written.length, boot.read('written'));
      assert.deepEqual(
        told.filter((line) => !line.endsWith(' verified.')),
        [],
      );
    });
    await t.test('and what it remembers', () =>
      assert.deepEqual(
        linesOf(boot.read('state')).filter((line) => !line.endsWith(' verified.')),
        [],
      ),
    );
    await t.test('its swap may be swapped to', () => assert.match(boot.read('swap'), /:swapfile_t:/));
    await t.test('nothing else lies astray for it', () => assert.deepEqual(linesOf(boot.read('astray')), []));
    await t.test('what an enforcing policy would refuse is told', (it) => {
      const [domain = ''] = /\w+_t\b/.exec(boot.read('domain')) ?? [];
      assert.notEqual(domain, '', boot.read('domain'));
      const ours = linesOf(boot.read('denials')).filter((line) => line.includes(`:${domain}:`));
      it.diagnostic(`the units run as ${domain}; denied: ${ours.length}`);
      for (const kind of kinds(ours)) it.diagnostic(kind);
    });
  });
});
