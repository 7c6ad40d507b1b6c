import { sources } from '../source-links.ts';
import { withoutSwap } from './by-image.ts';
import { oldLogs, openLogs } from './logs.ts';
import { ifcfg, type Operation } from './operation.ts';

/** What the build left behind: instances work with it, but it is in the way or reveals something. */
export const leftoverOperations: readonly Operation[] = [
  {
    name: 'connection-ids',
    why: 'Written by the installer for this machine’s connections. Each machine creates its own.',
    severity: 'warning',
    source: sources.centos,
    drops: [{ lines: '[ \\t]*UUID=', from: [ifcfg] }],
  },
  {
    name: 'network-state',
    why: 'Leases, secrets and connection times of this machine: an instance would ask for its old address.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['/var/lib/dhclient/*', '/var/lib/dhcp/*', '/var/lib/dhcp3/*', '/var/lib/dhcpcd/*', '/var/lib/dhcpcd5/*'],
      ...['/var/lib/dhcpv6/*', '/etc/dhcpcd.duid', '/etc/dhcpcd.secret', '/var/lib/NetworkManager/*.lease'],
      ...['/var/lib/NetworkManager/secret_key', '/var/lib/NetworkManager/seen-bssids'],
      ...['/var/lib/NetworkManager/timestamps', '/var/lib/NetworkManager/no-auto-default.state'],
      ...['/var/lib/systemd/network/*'],
    ],
  },
  {
    name: 'hostname',
    why: 'An instance would use the name of this machine, and send it to the DHCP server, until it has its own.',
    severity: 'warning',
    source: sources.sysprep,
    drops: [
      { lines: '(?!localhost(?:\\.localdomain)?$|#|$).', from: ['/etc/hostname'] },
      { lines: '[ \\t]*HOSTNAME=(?!["\']?localhost(?:\\.localdomain)?["\']?$)', from: ['/etc/sysconfig/network'] },
      { lines: '[ \\t]*(?:DHCP_)?HOSTNAME=', from: [ifcfg] },
    ],
  },
  {
    name: 'firewall',
    why: 'Security groups control access to an instance. Zones and services of firewalld belong to the image and are kept.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['/etc/sysconfig/iptables', '/etc/sysconfig/iptables.save', '/etc/sysconfig/iptables.old'],
      ...['/etc/sysconfig/ip6tables', '/etc/sysconfig/ip6tables.save', '/etc/sysconfig/ip6tables.old'],
      ...['/etc/iptables/rules.v4', '/etc/iptables/rules.v6', '/etc/firewalld/zones/*.old'],
    ],
  },
  {
    name: 'shell-histories',
    why: 'Commands typed during the build, which may contain passwords.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['~/.bash_history', '~/.zsh_history', '~/.histfile', '~/.sh_history', '~/.ash_history', '~/.local/share/fish'],
      ...['~/.python_history', '~/.node_repl_history', '~/.mysql_history', '~/.psql_history', '~/.sqlite_history'],
      ...['~/.lesshst', '~/.viminfo', '~/.wget-hsts', '~/.rediscli_history'],
    ],
  },
  {
    name: 'installer-leftovers',
    why: 'Kickstart files hold the root password’s hash.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['anaconda-ks.cfg', 'anaconda-post.log', 'initial-setup-ks.cfg', 'original-ks.cfg', 'install.log'],
      ...['install.log.syslog', 'ks-post*.log', 'ks-pre*.log'],
    ].map((name) => `/root/${name}`),
  },
  {
    name: 'pegasus-certificates',
    why: 'Issued for this machine’s name. Each machine creates its own.',
    severity: 'warning',
    source: sources.centos,
    removes: ['cnf', 'crt', 'csr', 'pem', 'srl'].map((ending) => `/etc/Pegasus/*.${ending}`),
  },
  {
    name: 'crash-data',
    why: 'Dumps contain the memory of programs, with their secrets.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['/var/spool/abrt/*', '/var/spool/abrt-upload/*', '/var/crash/*', '/var/lib/systemd/coredump/*'],
      ...['/var/lib/apport/coredump/*'],
    ],
  },
  {
    name: 'package-cache',
    why: 'Hundreds of megabytes that every instance downloads and none needs.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['/var/cache/yum/*', '/var/cache/dnf/*', '/var/cache/libdnf5/*', '/var/cache/PackageKit/*'],
      ...['/var/cache/apt/archives/*.deb', '/var/cache/apt/archives/partial/*', '/var/cache/apt/*.bin'],
      ...['/var/lib/apt/lists/*_*', '/var/lib/apt/lists/partial/*', '/var/lib/rpm/__db.*'],
    ],
  },
  {
    name: 'caches',
    why: 'Created again when needed. Some contain names of this machine and of its users.',
    severity: 'warning',
    source: sources.centos,
    removes: [
      ...['/var/cache/fontconfig/*', '/var/cache/gdm/*', '/var/cache/man/*', '/var/lib/fprint/*'],
      // The first is the name of the folder, the second a common misspelling.
      ...['/var/lib/AccountsService/users/*', '/var/lib/AccountService/users/*'],
      ...['/var/lib/logrotate.status', '/var/lib/logrotate/*.status', '/var/lib/logrotate/status'],
      ...['/etc/blkid/blkid.tab*', '/etc/blkid.tab*'],
    ],
  },
  {
    name: 'mail',
    why: 'Local mail.',
    severity: 'warning',
    source: sources.sysprep,
    removes: ['/var/mail/*', '/var/spool/mail/*'],
  },
  {
    name: 'logs',
    why: 'Build-time logs would appear in every instance. Logs that are kept are emptied, with their mode and owner.',
    severity: 'warning',
    source: sources.wakame,
    removes: oldLogs,
    empties: openLogs,
  },
  {
    name: 'swap-file',
    why: 'Gigabytes of memory that was swapped out, with its secrets. An instance creates its own.',
    severity: 'warning',
    source: sources.bootagent,
    also: withoutSwap,
  },
  {
    name: 'temporary-files',
    why: 'Nothing maintains them afterwards.',
    severity: 'warning',
    source: sources.centos,
    removes: ['/tmp/*', '/var/tmp/*'],
    keeps: ['/tmp/systemd-private-*', '/var/tmp/systemd-private-*'],
  },
  {
    name: 'account-backups',
    why: 'They hold the passwords of deleted users.',
    severity: 'warning',
    source: sources.sysprep,
    removes: ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}-`),
  },
  {
    name: 'default-user',
    why: 'The first boot creates the user again, with the keys of the instance and an empty home directory.',
    severity: 'warning',
    source: sources.centos,
    also: ({ defaultUsers }) => defaultUsers.map((name) => ({ kind: 'removed-user', name })),
  },
];
