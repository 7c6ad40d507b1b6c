import type { Layout, Slice } from '../../agent/image/doctor/disk-layout.ts';
import type { Given } from './memory-host.ts';

export interface Fault {
  /** The only check that finds it. */
  readonly check: string;
  readonly family: string;
  /** Applied over the clean tree of that family. */
  readonly over?: Given;
  readonly without?: readonly string[];
  readonly disk?: Partial<Layout>;
  readonly says: readonly string[];
}

const GiB = 2 ** 30;
export const root: Slice = {
  number: 1,
  start: 2 ** 20,
  size: 9 * GiB,
  type: '83',
  is: 'root',
  contents: { type: 'ext', size: 9 * GiB },
};
/** A sound disk. */
export const disk: Layout = { size: 10 * GiB, table: 'mbr', slices: [root], bootCode: true, bare: undefined };
const beside = (own: Partial<Slice>): Slice => ({
  ...root,
  number: 14,
  start: 4096,
  size: 4096,
  contents: undefined,
  ...own,
});

const file = (path: string, text: string): Given => ({ files: { [path]: text } });
const scripts = '/etc/sysconfig/network-scripts';
const wants = '/etc/systemd/system/multi-user.target.wants';
const starts = (unit: string): Given => ({
  files: { [`/usr/lib/systemd/system/${unit}`]: '[Unit]\n[Install]\nWantedBy=multi-user.target\n' },
  links: { [`${wants}/${unit}`]: `/usr/lib/systemd/system/${unit}` },
});
const system = 'nobody:x:65534:65534:n:/:/sbin/nologin\nsshd:x:74:74::/var/empty/sshd:/bin/false\n';
const admin = 'root:x:0:0:root:/root:/bin/bash\n';
const strong = '$6$zzzzzzzz$6UGnzG6VjoZ3qRUSjKhmowRkMRTbO0fA/BIPwrX2xqBBhVIELnKUrSYWjhybXEtup.bjBICRaJIsPe4fat9Hl1';
const pippo123 = '$6$abcdefgh$tR/h0b2KI5uMYqbV0K.Ar29yIlzwfBl0uB7fz0l20dIqrpsR9evfqANbvtwf3qx2BI6jrNnP1NDBHKEx4RSDz1';
const toor = '$5$saltsalt$KS2O/frx9VfZSuO8w8TmD12pwbGJ87yjt.0fQrwSHU5';
const mac = 'fa:16:3e:00:00:01';
const entry = '/boot/loader/entries/1-5.conf';
const both = 'console=tty0 console=ttyS0,115200n8';

const onDisk: readonly Fault[] = [
  {
    check: 'root-grows',
    family: 'el9',
    disk: { slices: [root, beside({ start: 9.5 * GiB, is: 'firmware' })] },
    says: ['Partition 14 (firmware) lies after root, partition 1'],
  },
  {
    check: 'root-alone',
    family: 'el9',
    disk: { slices: [beside({ is: 'other', contents: { type: 'xfs' } }), root] },
    says: ['Partition 14 (xfs) is neither root nor /boot'],
  },
  {
    check: 'swap-partition',
    family: 'el9',
    disk: { slices: [beside({ is: 'swap' }), root] },
    says: ['Partition 14 is swap'],
  },
  {
    check: 'table-fits',
    family: 'el9',
    disk: { size: 5 * GiB },
    says: ['Partition 1 ends after the end of the disk'],
  },
  {
    check: 'filesystem-fills',
    family: 'el9',
    disk: { slices: [{ ...root, contents: { type: 'xfs', size: 8 * GiB } }] },
    says: ['The xfs file system leaves 1024 MiB of its partition unused'],
  },
  {
    check: 'filesystem-fills',
    family: 'el9',
    disk: { slices: [{ ...root, contents: { type: 'ext', size: 10 * GiB } }] },
    says: ['The ext file system is larger than its partition'],
  },
  {
    check: 'bootloader',
    family: 'el9',
    disk: { bootCode: false },
    says: ['The first sector holds no boot code, and there is no EFI system partition'],
  },
];

const inTree: readonly Fault[] = [
  ...[
    [
      'el6',
      file('/boot/grub/grub.conf', `title A\n\tkernel /a ${both}\ntitle B\n\tkernel /b ro quiet\n`),
      'B',
      'grub/grub.conf',
    ],
    ['el7', file('/boot/grub2/grub.cfg', "menuentry 'B' {\n\tlinux16 /b console=tty0\n}\n"), 'B', 'grub2/grub.cfg'],
    ['el8', file('/boot/grub2/grubenv', 'kernelopts=ro quiet\n'), 'Linux', 'loader/entries/1-5.conf'],
    ['debian', file('/boot/extlinux/extlinux.conf', 'label B\n append ro\n'), 'B', 'extlinux/extlinux.conf'],
  ].map(
    ([family, over, title, path]): Fault => ({
      check: 'serial-console',
      family: String(family),
      over: over as Given,
      says: [`"${title}" has no serial console (/boot/${path})`],
    }),
  ),
  {
    check: 'agent-switched-off',
    family: 'el9',
    over: file(entry, `title Linux\noptions ${both} bootagent=off\n`),
    says: ['"Linux" switches the agent off'],
  },
  {
    check: 'acpi-hotplug',
    family: 'el6',
    over: file('/boot/config-2.6.32-504.el6.x86_64', '# CONFIG_HOTPLUG_PCI_ACPI is not set\n'),
    says: ['Linux 2.6.32-504.el6.x86_64 does not load acpiphp'],
  },
  {
    check: 'growth-tools',
    family: 'el9',
    without: ['/usr/sbin/xfs_growfs', '/usr/sbin/partx'],
    says: ['partx is not installed', 'xfs_growfs is not installed'],
  },
  {
    check: 'growth-tools',
    family: 'debian',
    over: file('/etc/fstab', '/dev/mapper/vg-root / ext4 defaults 0 1\n'),
    says: ['pvresize is not installed', 'lvextend is not installed'],
  },
  {
    check: 'growth-kernel',
    family: 'el6',
    without: ['/usr/share/dracut/modules.d/50growroot/install', '/usr/share/dracut/modules.d/50growroot'],
    says: ['Linux 2.6.32-504.el6.x86_64 grows nothing in use'],
  },
  {
    check: 'selinux-relabel',
    family: 'el9',
    over: file('/.autorelabel', ''),
    says: ['/.autorelabel requests a relabel'],
  },
  ...(['? ', 'system_u:object_r:unlabeled_t:s0 '] as const).map(
    (none): Fault => ({
      check: 'selinux-labels',
      family: 'el9',
      over: {
        ...file('/etc/selinux/config', 'SELINUX=enforcing\n'),
        programs: {
          stat: (paths) =>
            paths
              .filter((path) => path.startsWith('/image/'))
              .map((path) => `${path.endsWith('/machine-id') ? none : 'system_u:object_r:etc_t:s0 '}${path}\n`)
              .join(''),
        },
      },
      says: ['/etc/machine-id has no label'],
    }),
  ),
  {
    check: 'boot-entry-names',
    family: 'el9',
    over: {
      files: Object.fromEntries(
        ['a', 'b'].map((id) => [`/boot/loader/entries/${id.repeat(32)}-5.14.conf`, `title Linux\noptions ${both}\n`]),
      ),
    },
    says: ['The boot entries are named by 2 machine-ids'],
  },
  {
    check: 'rootfs-resize',
    family: 'el7',
    over: { files: { '/boot/initramfs-3.10.img-mod': '', '/opt/linux-rootfs-resize/install': '' } },
    says: ['/boot/initramfs-3.10.img-mod is left over', '/opt/linux-rootfs-resize is left over'],
  },
  ...[
    ['/etc/systemd/network/10-eth0.link', `[Match]\nMACAddress=${mac}\n[Link]\nName=eth0\n`],
    ['/etc/systemd/network/10-eth0.network', `[Match]\nMACAddress=${mac}\n[Network]\nDHCP=yes\n`],
    ['/etc/netplan/60-more.yaml', `network:\n  ethernets:\n    a:\n      match: {}\n      macaddress: "${mac}"\n`],
    ['/etc/udev/rules.d/80-names.rules', `SUBSYSTEM=="net", ATTR{address}=="${mac}", NAME="lan0"\n`],
    ['/etc/iftab', `eth0 mac ${mac}\n`],
    ['/etc/modprobe.d/nic.conf', `options nic mac=${mac}\n`],
  ].map(
    ([path = '', text = '']): Fault => ({
      check: 'interface-match',
      family: 'debian',
      over: file(path, text),
      says: [`${path} names an address`],
    }),
  ),
  {
    check: 'interface-match',
    family: 'el9',
    over: file(entry, `title Linux\noptions ${both} ifname=eth0:${mac}\n`),
    says: [`${entry} names an address`],
  },
  {
    check: 'udev-links',
    family: 'debian',
    over: { links: { '/etc/udev/rules.d/80-net-setup.rules': '/mnt/tmp/dev/null' } },
    says: ['/etc/udev/rules.d/80-net-setup.rules leads nowhere'],
  },
  {
    check: 'dhcp',
    family: 'el9',
    over: file(
      '/etc/NetworkManager/system-connections/eth0.nmconnection',
      '[connection]\nid=eth0\n[ipv4]\nmethod=manual\naddress1=10.0.0.5/24\n',
    ),
    says: ['eth0 has a fixed address in /etc/NetworkManager/system-connections/eth0.nmconnection'],
  },
  {
    check: 'dhcp',
    family: 'el6',
    over: file(`${scripts}/ifcfg-eth0`, 'DEVICE=eth0\nONBOOT=yes\nBOOTPROTO=none\nIPADDR=10.0.0.5\n'),
    says: [`eth0 has a fixed address in ${scripts}/ifcfg-eth0`],
  },
  {
    check: 'dhcp',
    family: 'el6',
    over: file(`${scripts}/ifcfg-eth0`, 'DEVICE=eth0\nONBOOT=no\nBOOTPROTO=dhcp\n'),
    says: ['Nothing asks for an address by DHCP'],
  },
  {
    check: 'dhcp',
    family: 'debian',
    over: file('/etc/network/interfaces.d/ens', 'auto ens3\niface ens3 inet static\n  address 10.0.0.5/24\n'),
    says: ['ens3 has a fixed address in /etc/network/interfaces.d/ens'],
  },
  {
    check: 'dhcp',
    family: 'ubuntu',
    over: file('/etc/netplan/50-cloud.yaml', 'network:\n  ethernets:\n    e:\n      addresses: [10.0.0.5/24]\n'),
    says: ['netplan has a fixed address in /etc/netplan/50-cloud.yaml'],
  },
  {
    check: 'dhcp-for-ever',
    family: 'el6',
    over: file(`${scripts}/ifcfg-eth0`, 'DEVICE=eth0\nONBOOT=yes\nBOOTPROTO=dhcp\n'),
    says: [`eth0 gives up without an answer (${scripts}/ifcfg-eth0)`],
  },
  {
    check: 'dhcp-for-ever',
    family: 'el8',
    without: ['/etc/NetworkManager/conf.d/90-cloud.conf'],
    says: [`eth0 gives up without an answer (${scripts}/ifcfg-eth0)`],
  },
  {
    check: 'zeroconf',
    family: 'el6',
    over: file('/etc/sysconfig/network', 'NETWORKING=yes\n'),
    says: ['/etc/sysconfig/network lacks NOZEROCONF=yes'],
  },
  {
    check: 'zeroconf-spelling',
    family: 'el6',
    over: file('/etc/sysconfig/network', 'NOZEROCONF=yes\nNOZERCONF=yes\n'),
    says: ['/etc/sysconfig/network says NOZERCONF'],
  },
  {
    check: 'power-button',
    family: 'el6',
    without: ['/etc/rc.d/rc3.d/S50acpid'],
    says: ['acpid does not start at boot'],
  },
  {
    check: 'power-button',
    family: 'el9',
    over: file('/etc/systemd/logind.conf.d/a.conf', '[Login]\nHandlePowerKey=ignore\n'),
    says: ['/etc/systemd/logind.conf.d/a.conf ignores the power button'],
  },
  { check: 'sshd-installed', family: 'el9', without: ['/usr/sbin/sshd'], says: ['There is no sshd'] },
  {
    check: 'sshd-enabled',
    family: 'el9',
    without: [`${wants}/sshd.service`],
    says: ['sshd does not start at boot'],
  },
  {
    check: 'sshd-enabled',
    family: 'el6',
    without: ['/etc/rc.d/rc3.d/S50sshd'],
    says: ['sshd does not start at boot'],
  },
  {
    check: 'sshd-enabled',
    family: 'debian',
    over: { links: { '/etc/systemd/system/ssh.service': '/dev/null' } },
    says: ['sshd does not start at boot'],
  },
  {
    check: 'password-login',
    family: 'el9',
    over: {
      files: {
        '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n',
        '/etc/ssh/sshd_config.d/40-site.conf': 'PasswordAuthentication yes\n',
      },
    },
    says: ['/etc/ssh/sshd_config.d/40-site.conf turns on logins by password'],
  },
  {
    check: 'kdump',
    family: 'el9',
    over: file(entry, `title Linux\noptions ${both} crashkernel=1G-4G:192M,4G-64G:256M\n`),
    says: ['"Linux" reserves memory by crashkernel='],
  },
  {
    check: 'generic-initramfs',
    family: 'el9',
    over: file('/usr/lib/dracut/dracut.conf.d/01-dist.conf', 'hostonly="yes"\n'),
    says: ['dracut makes an initramfs for this machine alone (hostonly)'],
  },
  {
    check: 'agent-installed',
    family: 'el9',
    without: ['/usr/lib/bootagent/libatomic.so.1'],
    says: ['bootagent cannot start: libatomic.so.1 is missing'],
  },
  {
    check: 'root-locked',
    family: 'el9',
    over: file('/etc/shadow', `root:${strong}:0:::::\n`),
    says: ['root can log in with a password'],
  },
  {
    check: 'weak-password',
    family: 'el6',
    over: file('/etc/shadow', `root:!:0:::::\nsshd:${pippo123}:0:::::\nnobody:${toor}:0:::::\n`),
    says: ['sshd has a well-known password: "pippo123"', 'nobody has a well-known password: "toor"'],
  },
  {
    check: 'weak-password',
    family: 'el9',
    over: file('/etc/shadow', 'root::0:::::\n'),
    says: ['root needs no password'],
  },
  {
    check: 'regular-users',
    family: 'el9',
    over: file('/etc/passwd', `${admin}${system}bob:x:1001:1001::/home/bob:/bin/bash\n`),
    says: ['bob (uid 1001) is not a default user'],
  },
  {
    check: 'regular-users',
    family: 'el6',
    over: file('/etc/passwd', `${admin}${system}bob:x:500:500::/home/bob:/bin/bash\n`),
    says: ['bob (uid 500) is not a default user'],
  },
  { check: 'firewall-off', family: 'el9', over: starts('firewalld.service'), says: ['firewalld starts at boot'] },
  {
    check: 'firewall-off',
    family: 'el6',
    over: { links: { '/etc/rc.d/rc3.d/S08iptables': '../init.d/iptables' } },
    says: ['iptables starts at boot'],
  },
  {
    check: 'firewall-off',
    family: 'ubuntu',
    over: file('/etc/ufw/ufw.conf', 'ENABLED=yes\n'),
    says: ['ufw is enabled'],
  },
  { check: 'services-off', family: 'el9', over: starts('condor.service'), says: ['condor starts at boot'] },
  {
    check: 'services-off',
    family: 'debian',
    over: file('/usr/lib/systemd/system/condor.service', '[Service]\n[Install]\nWantedBy=multi-user.target\n'),
    says: ["condor is off, and turned on by systemd's presets at the first boot"],
  },
  {
    check: 'firewall-off',
    family: 'el9',
    over: {
      files: {
        '/usr/lib/systemd/system/firewalld.service': '[Install]\nWantedBy=multi-user.target\n',
        '/usr/lib/systemd/system/condor.service': '[Install]\nWantedBy=multi-user.target\n',
        '/usr/lib/systemd/system-preset/90-default.preset': 'enable sshd.*\nenable firewalld.service\n',
        '/usr/lib/systemd/system-preset/99-default-disable.preset': 'disable *\n',
      },
    },
    says: ["firewalld is off, and turned on by systemd's presets at the first boot"],
  },
  {
    check: 'services-off',
    family: 'el6',
    over: { links: { '/etc/rc.d/rc5.d/S28autofs': '../init.d/autofs' } },
    says: ['autofs starts at boot'],
  },
  { check: 'agent-installed', family: 'el9', without: ['/usr/bin/bootagent'], says: ['bootagent is not installed'] },
  { check: 'agent-installed', family: 'el7', without: ['/usr/bin/cloud-init'], says: ['bootagent is not installed'] },
  {
    check: 'agent-enabled',
    family: 'el9',
    without: [`${wants}/bootagent.service`],
    over: file('/etc/bootagent/disabled', ''),
    says: ['bootagent does not start at boot', '/etc/bootagent/disabled is there'],
  },
  {
    check: 'cloud-init-too',
    family: 'el9',
    over: starts('cloud-init.service'),
    says: ['cloud-init starts at boot beside bootagent'],
  },
];

const left = (check: string, path: string, family = 'el9', text = 'x'): Fault => ({
  check,
  family,
  over: file(path, text),
  says: [`${path} is left over`],
});

const keys = (home: string, family = 'el9'): Fault => ({
  check: 'ssh-user-keys',
  family,
  over: { files: { [`${home}/.ssh/authorized_keys`]: 'ssh-ed25519 A' }, directories: ['/home/empty/.ssh'] },
  says: [`${home}/.ssh is left over`],
});

const leftOver: readonly Fault[] = [
  {
    check: 'bootagent-state',
    family: 'el9',
    without: ['/var/lib/bootagent/fresh'],
    says: ['/var/lib/bootagent/fresh does not exist'],
  },
  left('bootagent-state', '/var/lib/bootagent/journal.ndjson'),
  left('instance-settings', '/etc/ssh/sshd_config.d/01-bootagent.conf'),
  {
    ...left('instance-settings', '/etc/systemd/network/05-bootagent-fa-16.network', 'debian'),
    over: file('/etc/systemd/network/05-bootagent-fa-16.network', `[Match]\nMACAddress=${mac}\n`),
  },
  left('cloud-init-state', '/var/lib/cloud/instances', 'el6'),
  left('cloud-init-settings', '/etc/ssh/sshd_config.d/01-permitrootlogin.conf'),
  left('disk-ids', '/etc/lvm/devices/system.devices'),
  left('host-identity', '/etc/insights-client/machine-id'),
  ...(
    [
      ['el9', '/etc/machine-id', '0123456789abcdef0123456789abcdef\n', 'holds an id'],
      ['el8', '/etc/machine-id', 'uninitialized\n', 'says "uninitialized"'],
      ['el6', '/var/lib/dbus/machine-id', '0123456789abcdef0123456789abcdef', 'holds an id'],
    ] as const
  ).map(
    ([family, path, text, says]): Fault => ({
      check: 'machine-id',
      family,
      over: file(path, text),
      says: [`${path} ${says}`],
    }),
  ),
  left('ssh-host-keys', '/etc/ssh/ssh_host_ed25519_key'),
  left('ssh-host-keys', '/etc/ssh/ssh_host_rsa_key.pub', 'el6'),
  keys('/root', 'debian'),
  keys('/var/empty/sshd'),
  keys('/home/gone'),
  left('credentials', '/root/.aws'),
  left('credentials', '/etc/condor/condor_credential', 'el6'),
  left('host-identity', '/var/lib/rhsm/repos'),
  left('iscsi-name', '/etc/iscsi/initiatorname.iscsi'),
  {
    check: 'iscsi-name',
    family: 'debian',
    over: file('/etc/iscsi/initiatorname.iscsi', 'InitiatorName=iqn.1993-08.org.debian:01:a\n'),
    says: ['/etc/iscsi/initiatorname.iscsi has other content'],
  },
  left('random-seed', '/var/lib/systemd/random-seed'),
  left('random-seed', '/var/lib/random-seed', 'el6'),
  {
    check: 'udev-names',
    family: 'el6',
    without: ['/etc/udev/rules.d/75-persistent-net-generator.rules'],
    says: ['/etc/udev/rules.d/75-persistent-net-generator.rules does not exist'],
  },
  {
    check: 'udev-names',
    family: 'debian',
    over: file('/etc/udev/rules.d/70-persistent-cd.rules', 'ENV{ID_CDROM}=="?*"\n'),
    says: ['/etc/udev/rules.d/70-persistent-cd.rules is not empty'],
  },
  ...(
    [
      ['interface-addresses', 'el6', `${scripts}/ifcfg-eth1`, `DEVICE=eth1\nONBOOT=no\nHWADDR=${mac}\n`],
      [
        'interface-addresses',
        'el9',
        '/etc/NetworkManager/system-connections/a',
        `[ipv4]\nmethod=auto\ndhcp-timeout=infinity\n[ethernet]\nmac-address=${mac}\n`,
      ],
      ['interface-addresses', 'debian', '/etc/network/interfaces.d/b', `  hwaddress ether ${mac}\n`],
      ['connection-ids', 'el7', `${scripts}/ifcfg-eth1`, 'DEVICE=eth1\nONBOOT=no\nUUID="1-2"\n'],
      ['hostname', 'el9', '/etc/hostname', 'wn-007-025.example.org\n'],
      ['hostname', 'el6', '/etc/sysconfig/network', 'NOZEROCONF=yes\nHOSTNAME=builder\n'],
    ] as const
  ).map(
    ([check, family, path, text]): Fault => ({
      check,
      family,
      over: file(path, text),
      says: [`${path} has lines that are this machine’s own`],
    }),
  ),
  left('network-state', '/var/lib/dhclient/dhclient-eth0.leases', 'el6'),
  left('network-state', '/var/lib/NetworkManager/secret_key'),
  left('firewall', '/etc/sysconfig/iptables', 'el6'),
  left('shell-histories', '/root/.bash_history'),
  left('installer-leftovers', '/root/anaconda-ks.cfg'),
  left('pegasus-certificates', '/etc/Pegasus/server.pem', 'el6'),
  left('crash-data', '/var/spool/abrt/ccpp-1'),
  left('package-cache', '/var/cache/dnf/baseos.solv'),
  left('package-cache', '/var/lib/apt/lists/deb.debian.org_dists_x', 'debian'),
  left('caches', '/var/cache/fontconfig/x'),
  left('mail', '/var/spool/mail/root'),
  left('logs', '/var/log/messages-20260101'),
  left('logs', '/var/log/audit/audit.log'),
  {
    check: 'logs',
    family: 'debian',
    over: file('/var/log/apt/history.log', 'Start\n'),
    says: ['/var/log/apt/history.log is not empty'],
  },
  {
    check: 'swap-file',
    family: 'el9',
    over: { files: { '/swap': 'zeros', '/etc/fstab': 'UUID=4d1c-77 / xfs defaults 0 1\n/swap swap swap sw 0 0\n' } },
    says: ['/swap is left over', '/etc/fstab has lines that are this machine’s own'],
  },
  left('temporary-files', '/tmp/ks-script-x'),
  left('account-backups', '/etc/shadow-'),
  {
    check: 'default-user',
    family: 'el6',
    over: file('/etc/passwd', `${admin}${system}cloud-user:x:500:500::/home/cloud-user:/bin/bash\n`),
    says: ['User cloud-user is left over'],
  },
  {
    check: 'default-user',
    family: 'el9',
    over: {
      files: {
        '/etc/passwd': `${admin}${system}operator1:x:1000:1000::/home/operator1:/bin/bash\n`,
        '/etc/bootagent/bootagent.yaml': 'system_info:\n  default_user:\n    # ours\n    name: operator1\n',
      },
    },
    says: ['User operator1 is left over'],
  },
];

/** At least one fault for each check, and one for each form that has its own pattern. */
export const faults: readonly Fault[] = [...onDisk, ...inTree, ...leftOver];
