import type { Given } from './memory-host.ts';

type Tree = Required<Pick<Given, 'files' | 'links' | 'modes' | 'directories'>>;

const empty: Tree = { files: {}, links: {}, modes: {}, directories: [] };
export const together = (...trees: readonly Given[]): Tree =>
  trees.reduce<Tree>(
    (all, { files, links, modes, directories }) => ({
      files: { ...all.files, ...files },
      links: { ...all.links, ...links },
      modes: { ...all.modes, ...modes },
      directories: [...all.directories, ...(directories ?? [])],
    }),
    empty,
  );

const programs = (folder: string, ...names: readonly string[]): Given => ({
  files: Object.fromEntries(names.map((name) => [`${folder}/${name}`, '\x7fELF'])),
});
const wants = (...units: readonly string[]): Given => ({
  files: Object.fromEntries(
    units.map((unit) => [`/usr/lib/systemd/system/${unit}`, '[Unit]\n[Install]\nWantedBy=multi-user.target\n']),
  ),
  links: Object.fromEntries(
    units.map((unit) => [`/etc/systemd/system/multi-user.target.wants/${unit}`, `/usr/lib/systemd/system/${unit}`]),
  ),
});
const runlevel = (...names: readonly string[]): Given => ({
  links: Object.fromEntries(names.map((name) => [`/etc/rc.d/rc3.d/S50${name}`, `../init.d/${name}`])),
});
const kernel = (version: string, modules = '/usr/lib/modules'): Given => ({
  files: { [`${modules}/${version}/modules.dep`]: '', [`/boot/config-${version}`]: 'CONFIG_HOTPLUG_PCI_ACPI=y\n' },
});
const fstab = (type: string): Given => ({ files: { '/etc/fstab': `UUID=4d1c-77 / ${type} defaults 0 1\n` } });
const console = 'console=tty0 console=ttyS0,115200n8';

const anySystem: Given = {
  files: {
    '/etc/passwd':
      'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:n:/:/sbin/nologin\nsshd:x:74:74::/var/empty/sshd:/bin/false\n',
    '/etc/shadow': 'root:!locked::0:99999:7:::\nnobody:*::0:99999:7:::\nsshd:!!::0:99999:7:::\n',
    '/etc/group': 'root:x:0:\nwheel:x:10:\n',
    '/etc/hostname': 'localhost\n',
    '/etc/ssh/sshd_config': 'PasswordAuthentication no\n',
    '/var/lib/bootagent/fresh': '',
    '/var/log/lastlog': '',
    '/var/log/wtmp': '',
  },
  directories: ['/root', '/home', '/tmp', '/var/tmp', '/var/cache', '/var/log/audit'],
};
const modern = (systemd: number, release: string): Given =>
  together(
    anySystem,
    programs('/usr/sbin', 'sshd', 'sfdisk', 'partx', 'resize2fs', 'xfs_growfs', 'btrfs'),
    programs('/usr/bin', 'bootagent'),
    programs('/usr/lib/bootagent', 'libatomic.so.1'),
    wants('bootagent-local.service', 'bootagent.service', 'bootagent-final.service'),
    {
      files: {
        '/etc/os-release': release,
        [`/usr/lib/systemd/libsystemd-shared-${systemd}.so`]: '\x7fELF',
        '/usr/lib/systemd/systemd': '\x7fELF',
        '/usr/lib/systemd/systemd-logind': '\x7fELF',
        '/etc/machine-id': systemd >= 247 ? 'uninitialized\n' : '',
      },
      modes: { '/etc/machine-id': 0o444 },
    },
  );
const retries: Given = {
  files: { '/etc/NetworkManager/conf.d/90-cloud.conf': '[main]\nautoconnect-retries-default=0\n' },
};
const loaderEntry = (options: string): Given => ({
  files: { '/boot/loader/entries/1-5.conf': `title Linux\nlinux /vmlinuz\noptions ${options}\n` },
});

/** A clean image of each family: the result of sealing, with everything an image should have. */
export const trees: Readonly<Record<string, Tree>> = {
  el6: together(
    anySystem,
    programs('/usr/sbin', 'sshd', 'acpid', 'growpart'),
    programs('/sbin', 'resize2fs'),
    programs('/usr/bin', 'cloud-init'),
    runlevel('sshd', 'acpid', 'cloud-init', 'cloud-init-local', 'network'),
    kernel('2.6.32-504.el6.x86_64', '/lib/modules'),
    fstab('ext4'),
    {
      files: {
        '/etc/redhat-release': 'CentOS release 6.5 (Final)\n',
        '/etc/sysconfig/network': 'NETWORKING=yes\nHOSTNAME=localhost.localdomain\nNOZEROCONF=yes\n',
        '/etc/sysconfig/network-scripts/ifup-eth': '#!/bin/bash\n',
        '/etc/sysconfig/network-scripts/ifcfg-lo': 'DEVICE=lo\nIPADDR=127.0.0.1\n',
        '/etc/sysconfig/network-scripts/ifcfg-eth0':
          'TYPE=Ethernet\nDEVICE=eth0\nONBOOT=yes\nBOOTPROTO=dhcp\nNM_CONTROLLED=no\nPERSISTENT_DHCLIENT=1\n',
        '/lib/udev/rules.d/75-persistent-net-generator.rules': 'ACTION!="add"\n',
        '/etc/udev/rules.d/70-persistent-net.rules': '',
        '/etc/udev/rules.d/75-persistent-net-generator.rules': '',
        '/usr/share/dracut/modules.d/50growroot/install': '#!/bin/bash\n',
        '/boot/grub/grub.conf': `default=0\ntitle CentOS\n\troot (hd0,0)\n\tkernel /vmlinuz ro ${console}\n`,
      },
    },
  ),
  el7: together(
    anySystem,
    programs('/usr/sbin', 'sshd', 'xfs_growfs', 'resize2fs', 'sfdisk', 'partx'),
    programs('/usr/bin', 'cloud-init'),
    wants('sshd.service', 'cloud-init.service', 'cloud-init-local.service'),
    kernel('3.10.0-1160.el7.x86_64'),
    fstab('xfs'),
    {
      files: {
        '/etc/os-release': 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\n',
        '/usr/lib/systemd/systemd': '\x7fELF',
        '/usr/lib/systemd/systemd-logind': '\x7fELF',
        '/etc/machine-id': '',
        '/etc/sysconfig/network': 'NOZEROCONF=yes\n',
        '/etc/sysconfig/network-scripts/ifup-eth': '#!/bin/bash\n',
        '/etc/sysconfig/network-scripts/ifcfg-eth0':
          'DEVICE="eth0"\nONBOOT="yes"\nBOOTPROTO="dhcp"\nPERSISTENT_DHCLIENT="yes"\n',
        '/boot/grub2/grub.cfg': `menuentry 'CentOS Linux' --class centos {\n\tlinux16 /vmlinuz ro ${console}\n}\n`,
      },
      modes: { '/etc/machine-id': 0o444 },
    },
  ),
  el8: together(
    modern(239, 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n'),
    wants('sshd.service', 'NetworkManager.service'),
    kernel('4.18.0-553.el8.x86_64'),
    fstab('xfs'),
    retries,
    loaderEntry('$kernelopts $tuned_params'),
    {
      files: {
        '/boot/grub2/grubenv': `# GRUB Environment Block\nkernelopts=root=UUID=4d1c-77 ro ${console}\n`,
        '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nONBOOT=yes\nBOOTPROTO=dhcp\n',
      },
    },
  ),
  el9: together(
    modern(252, 'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n'),
    wants('sshd.service', 'NetworkManager.service'),
    kernel('5.14.0-427.el9.x86_64'),
    fstab('xfs'),
    loaderEntry(`root=UUID=4d1c-77 ro ${console}`),
    {
      files: {
        '/etc/NetworkManager/system-connections/eth0.nmconnection':
          '[connection]\nid=eth0\ntype=ethernet\nautoconnect-retries=0\n\n[ipv4]\nmethod=auto\n',
      },
    },
  ),
  el10: together(
    modern(257, 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="10.0"\n'),
    wants('sshd.service', 'NetworkManager.service'),
    kernel('6.12.0-55.el10_0.x86_64'),
    fstab('xfs'),
    loaderEntry(console),
  ),
  fedora: together(
    modern(256, 'ID=fedora\nVERSION_ID=41\n'),
    wants('sshd.service', 'NetworkManager.service'),
    kernel('6.11.4-301.fc41.x86_64'),
    fstab('btrfs'),
    loaderEntry(console),
    { files: { '/usr/lib/dracut/dracut.conf.d/02-generic-image.conf': 'hostonly="no"\n' } },
  ),
  debian: together(
    modern(252, 'ID=debian\nVERSION_ID="12"\n'),
    wants('ssh.service'),
    kernel('6.1.0-26-cloud-amd64'),
    fstab('ext4'),
    {
      files: {
        '/etc/network/interfaces': 'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n',
        '/etc/network/interfaces.d/ens': 'allow-hotplug ens3\niface ens3 inet dhcp\n',
        '/boot/grub/grub.cfg': `menuentry 'Debian GNU/Linux' {\n\tlinux /boot/vmlinuz ro ${console}\n}\n`,
      },
    },
  ),
  ubuntu: together(
    modern(255, 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'),
    wants('ssh.socket'),
    kernel('6.8.0-45-generic'),
    fstab('ext4'),
    {
      files: {
        '/etc/netplan/50-cloud.yaml':
          'network:\n  version: 2\n  ethernets:\n    all:\n      match:\n        name: e*\n      dhcp4: true\n',
        '/boot/grub/grub.cfg': `menuentry 'Ubuntu' {\n\tlinux /boot/vmlinuz ro ${console}\n}\n`,
        '/etc/ufw/ufw.conf': 'ENABLED=no\n',
      },
    },
  ),
};
