import { ownPaths } from '../../base/own-paths.ts';
import type { Change } from '../../engine/change.ts';
import { sources } from '../source-links.ts';
import { machineId, removes, udevRules, withoutSwap } from './by-image.ts';
import { oldLogs, openLogs } from './logs.ts';
import type { Operation } from './operation.ts';

const state = ownPaths.state;
const ifcfg = '/etc/sysconfig/network-scripts/ifcfg-*';
const keyfiles = '/etc/NetworkManager/system-connections/*';

/** The operations of sealing, in order: the marker of a fresh image first, the default user last, as it may be logged in. */
export const operations: readonly Operation[] = [
  {
    name: 'bootagent-state',
    why: 'What was done here would count as done on every instance. The mark of a fresh image takes its place.',
    severity: 'error',
    source: sources.bootagent,
    removes: [`${state}/*`],
    keeps: [`${state}/fresh`],
    also: () => [{ kind: 'file', path: `${state}/fresh`, content: '' }],
  },
  {
    name: 'instance-settings',
    why: 'Addresses, logins and pools that the user-data of this machine asked for: an instance has its own.',
    severity: 'error',
    source: sources.bootagent,
    removes: [
      ...['/etc/NetworkManager/system-connections/bootagent-*', '/etc/systemd/network/05-bootagent-*'],
      ...['/etc/ssh/sshd_config.d/01-bootagent.conf', '/etc/sudoers.d/90-bootagent-*'],
      ...['/etc/sudoers.d/90-cloud-init-users', '/etc/systemd/timesyncd.conf.d/bootagent.conf'],
      '/etc/condor/config.d/zz-bootagent.config',
    ],
  },
  {
    name: 'cloud-init-state',
    why: 'It holds the user-data of this machine, secrets and all, and an instance would take it for its own.',
    severity: 'error',
    source: sources.centos,
    removes: ['/var/lib/cloud/*'],
  },
  {
    name: 'cloud-init-settings',
    why: 'Written for this machine: an address that outranks what an instance is given, and logins by password.',
    severity: 'error',
    source: sources.bootagent,
    removes: [
      '/etc/NetworkManager/system-connections/cloud-init-*',
      '/etc/NetworkManager/conf.d/*cloud-init*',
      '/etc/ssh/sshd_config.d/50-cloud-init.conf',
      // Written by the installer if root may log in with a password.
      '/etc/ssh/sshd_config.d/01-permitrootlogin.conf',
    ],
  },
  {
    name: 'machine-id',
    why: 'Machines with one id get one DHCP lease, and their journals cannot be told apart.',
    severity: 'error',
    source: sources.systemd,
    also: ({ systemd, dbusIdIsFile }) => [
      machineId(systemd),
      ...(dbusIdIsFile ? [removes('/var/lib/dbus/machine-id')] : []),
    ],
  },
  {
    name: 'ssh-host-keys',
    why: 'To ssh all instances would be one and the same, and who has the image could pass for any of them.',
    severity: 'error',
    source: sources.pouta,
    removes: [
      '/etc/ssh/ssh_host_*',
      '/etc/ssh/ssh_*_key',
      '/etc/ssh/ssh_*_key.pub',
      '/etc/dropbear/dropbear_*_host_key',
    ],
  },
  {
    name: 'ssh-user-keys',
    why: 'Everyone with a key to this machine could log in to every instance.',
    severity: 'error',
    source: sources.centos,
    removes: ['~/.ssh/', '/etc/ssh/authorized_keys/*', '/etc/ssh/authorized_keys.d/*'],
  },
  {
    name: 'credentials',
    why: 'A secret in an image belongs to everybody who can read the image.',
    severity: 'error',
    source: sources.bootagent,
    removes: [
      ...['~/.aws', '~/.azure', '~/.boto', '~/.config/gcloud', '~/.config/openstack', '~/.docker/config.json'],
      ...['~/.git-credentials', '~/.globus', '~/.kube', '~/.my.cnf', '~/.netrc', '~/.pgpass', '~/.s3cfg'],
      ...['~/.vault-token', '~/.condor/tokens.d', '/etc/condor/condor_credential', '/etc/condor/passwords.d/*'],
      ...['/etc/condor/tokens.d/*', '/var/lib/condor/spool/*', '/var/lib/condor/execute/*'],
    ],
  },
  {
    name: 'host-identity',
    why: 'Subscriptions, domains and configuration servers would know all instances as one machine.',
    severity: 'error',
    source: sources.sysprep,
    removes: [
      ...['/etc/pki/consumer/*', '/etc/pki/entitlement/*', '/var/lib/rhsm/*', '/etc/sysconfig/rhn/systemid'],
      ...['/etc/smolt/uuid', '/etc/sysconfig/hw-uuid', '/etc/hw-uuid', '/var/lib/yum/uuid'],
      ...['/var/lib/dnf/repos/*/countme', '/etc/nvme/hostid', '/etc/nvme/hostnqn', '/etc/krb5.keytab'],
      ...['/var/lib/sss/db/*', '/var/lib/sss/mc/*', '/var/lib/samba/private/secrets.tdb'],
      ...['/var/lib/ipa-client/sysrestore/*', '/etc/salt/pki/minion/*', '/etc/salt/minion_id'],
      ...['/etc/insights-client/machine-id', '/etc/insights-client/.registered', '/etc/insights-client/.unregistered'],
      ...['/etc/puppetlabs/puppet/ssl/*', '/var/lib/puppet/ssl/*', '/etc/chef/client.pem'],
    ],
  },
  {
    name: 'iscsi-name',
    why: 'Two machines with one initiator name write over each other’s volumes.',
    severity: 'error',
    source: sources.bootagent,
    also: ({ os, iscsi }): Change[] => {
      const path = '/etc/iscsi/initiatorname.iscsi';
      if (!iscsi) return [];
      // Debian's service generates a name if the file requests one, and does not start without the file.
      return os.family === 'debian' ? [{ kind: 'file', path, content: 'GenerateName=yes\n' }] : [removes(path)];
    },
  },
  {
    name: 'disk-ids',
    why: 'LVM uses no disk that its list does not name, and multipath none but those it has seen.',
    severity: 'error',
    source: sources.sysprep,
    removes: [
      '/etc/lvm/devices/system.devices',
      '/etc/lvm/devices/backup/*',
      '/etc/multipath/wwids',
      '/etc/multipath/bindings',
    ],
  },
  {
    name: 'random-seed',
    why: 'Instances that begin with the same randomness make keys that can be guessed from one another.',
    severity: 'error',
    source: sources.systemd,
    removes: [
      ...['/var/lib/systemd/random-seed', '/var/lib/systemd/credential.secret', '/var/lib/random-seed'],
      ...['/var/lib/urandom/random-seed', '/boot/loader/random-seed', '/boot/efi/loader/random-seed'],
      ...['/efi/loader/random-seed', '/var/lib/misc/random-seed'],
    ],
  },
  {
    name: 'udev-names',
    why: 'Rules that name interfaces by their address call the network card of an instance eth1.',
    severity: 'error',
    source: sources.openstack,
    empties: ['/etc/udev/rules.d/70-persistent-cd.rules'],
    also: udevRules,
  },
  {
    name: 'interface-addresses',
    why: 'A configuration that names this machine’s network card does not fit the card of an instance.',
    severity: 'error',
    source: sources.openstack,
    keeps: ['/etc/NetworkManager/system-connections/bootagent-*'],
    drops: [
      { lines: '[ \\t]*(?:HWADDR|MACADDR)=', from: [ifcfg] },
      { lines: '[ \\t]*(?:cloned-)?mac-address=(?:[0-9A-Fa-f]{2}[:-]){5}', from: [keyfiles] },
      { lines: '[ \\t]*hwaddress[ \\t]', from: ['/etc/network/interfaces', '/etc/network/interfaces.d/*'] },
    ],
  },
  {
    name: 'connection-ids',
    why: 'Written by the installer for this machine’s connections; each machine makes its own.',
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
    why: 'Until an instance knows better it would use the name of this machine, and tell it to the DHCP server.',
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
    why: 'Security groups decide who may reach an instance. Zones and services of firewalld are the image’s and stay.',
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
    why: 'What was typed here, passwords now and then.',
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
    why: 'Made for this machine’s name; each machine makes its own.',
    severity: 'warning',
    source: sources.centos,
    removes: ['cnf', 'crt', 'csr', 'pem', 'srl'].map((ending) => `/etc/Pegasus/*.${ending}`),
  },
  {
    name: 'crash-data',
    why: 'Dumps hold the memory of programs, and so their secrets.',
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
    why: 'Created again where they are needed; some name this machine and its people.',
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
    why: 'Letters to the users of this machine.',
    severity: 'warning',
    source: sources.sysprep,
    removes: ['/var/mail/*', '/var/spool/mail/*'],
  },
  {
    name: 'logs',
    why: 'What happened here did not happen on the instances. Mode and owner of a log decide who may write it.',
    severity: 'warning',
    source: sources.wakame,
    removes: oldLogs,
    empties: openLogs,
  },
  {
    name: 'swap-file',
    why: 'Gigabytes of memory that was swapped out, with all the secrets in it. An instance makes its own.',
    severity: 'warning',
    source: sources.bootagent,
    also: withoutSwap,
  },
  {
    name: 'temporary-files',
    why: 'They are not maintained afterwards.',
    severity: 'warning',
    source: sources.centos,
    removes: ['/tmp/*', '/var/tmp/*'],
    keeps: ['/tmp/systemd-private-*', '/var/tmp/systemd-private-*'],
  },
  {
    name: 'account-backups',
    why: 'They hold the passwords of users who are gone.',
    severity: 'warning',
    source: sources.sysprep,
    removes: ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}-`),
  },
  {
    name: 'default-user',
    why: 'The first boot creates the user again, with the instance’s keys and nobody’s files.',
    severity: 'warning',
    source: sources.centos,
    also: ({ defaultUsers }) => defaultUsers.map((name) => ({ kind: 'removed-user', name })),
  },
];
