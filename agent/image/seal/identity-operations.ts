import { ownPaths } from '../../base/own-paths.ts';
import type { Change } from '../../engine/change.ts';
import { sources } from '../source-links.ts';
import { machineId, removes, udevRules } from './by-image.ts';
import { ifcfg, type Operation } from './operation.ts';

const state = ownPaths.state;
const keyfiles = '/etc/NetworkManager/system-connections/*';

/** What identifies this machine or its owner: with it, instances of the image conflict or are open to others. */
export const identityOperations: readonly Operation[] = [
  {
    name: 'bootagent-state',
    why: 'Work done during the build would count as done on every instance. The marker of a fresh image replaces it.',
    severity: 'error',
    source: sources.bootagent,
    removes: [`${state}/*`],
    keeps: [`${state}/fresh`],
    also: () => [{ kind: 'file', path: `${state}/fresh`, content: '' }],
  },
  {
    name: 'instance-settings',
    why: 'Addresses, logins and pools from the user-data of this machine. An instance has its own.',
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
    why: 'It holds the user-data of this machine with its secrets, and an instance would use it as its own.',
    severity: 'error',
    source: sources.centos,
    removes: ['/var/lib/cloud/*'],
  },
  {
    name: 'cloud-init-settings',
    why: 'Written for this machine: an address that overrides the address of an instance, and logins by password.',
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
    why: 'Machines with the same id get the same DHCP lease, and their journals cannot be distinguished.',
    severity: 'error',
    source: sources.systemd,
    also: ({ systemd, dbusIdIsFile }) => [
      machineId(systemd),
      ...(dbusIdIsFile ? [removes('/var/lib/dbus/machine-id')] : []),
    ],
  },
  {
    name: 'ssh-host-keys',
    why: 'All instances would have the same SSH identity, and anyone with the image could impersonate them.',
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
    why: 'Anyone with a key to this machine could log in to every instance.',
    severity: 'error',
    source: sources.centos,
    removes: ['~/.ssh/', '/etc/ssh/authorized_keys/*', '/etc/ssh/authorized_keys.d/*'],
  },
  {
    name: 'credentials',
    why: 'A secret in an image is known to everyone who can read the image.',
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
    why: 'Subscriptions, domains and configuration servers would treat all instances as one machine.',
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
    why: 'Two machines with the same initiator name overwrite each other’s volumes.',
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
    why: 'LVM uses only the disks in its list, and multipath only those that it has seen.',
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
    why: 'Instances that start with the same random seed create keys that can be guessed from one another.',
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
];
