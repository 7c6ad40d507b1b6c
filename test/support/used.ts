import type { Given } from './memory-host.ts';
import { together, trees } from './trees.ts';

const texts = (paths: readonly string[]): Given => ({ files: Object.fromEntries(paths.map((path) => [path, 'x'])) });
const passwd =
  'root:x:0:0:root:/root:/bin/bash\nsshd:x:74:74::/var/empty/sshd:/bin/false\ncondor:x:64:64::/var/lib/condor:/sbin/nologin\n' +
  'nobody:x:65534:65534:n:/:/sbin/nologin\n';

/** What a machine of any family has accumulated after some days of use. */
const anyUse = (user: string, uid: number): Given =>
  together(
    texts([
      ...['journal.ndjson', 'instance.json', 'runs/runcmd/log'].map((name) => `/var/lib/bootagent/${name}`),
      ...['instances/i-1/user-data.txt', 'sem/x', 'data/status.json'].map((name) => `/var/lib/cloud/${name}`),
      ...['ssh_host_rsa_key', 'ssh_host_rsa_key.pub', 'ssh_host_ed25519_key'].map((name) => `/etc/ssh/${name}`),
      ...['/root', `/home/${user}`, '/var/lib/condor'].map((home) => `${home}/.ssh/authorized_keys`),
      ...['.bash_history', '.viminfo', '.aws/credentials', 'anaconda-ks.cfg', 'install.log'].map(
        (name) => `/root/${name}`,
      ),
      ...[
        '/etc/condor/condor_credential',
        '/etc/krb5.keytab',
        '/var/lib/systemd/random-seed',
        '/var/lib/dbus/machine-id',
      ],
      ...[
        '/etc/Pegasus/server.pem',
        '/var/spool/abrt/ccpp-1/coredump',
        '/var/cache/fontconfig/a',
        '/var/spool/mail/root',
      ],
      ...['/tmp/.X11-unix/X0', '/tmp/script.sh', '/var/tmp/dnf-bob/x', '/etc/shadow-', '/etc/passwd-', '/swap'],
      ...['messages', 'messages-20260101', 'secure', 'wtmp', 'lastlog', 'dmesg', 'boot.log', 'cron.1.gz'].map(
        (name) => `/var/log/${name}`,
      ),
      ...[
        'audit/audit.log',
        'audit/audit.log.1',
        'journal/0123/system.journal',
        'cloud-init.log',
        'httpd/access_log',
      ].map((name) => `/var/log/${name}`),
    ]),
    {
      files: {
        '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
        '/etc/hostname': 'builder.example.org\n',
        '/etc/passwd': `${passwd}${user}:x:${uid}:${uid}::/home/${user}:/bin/bash\n`,
        '/etc/shadow': `root:!:0:::::\n${user}:!:0:::::\n`,
        '/etc/group': `root:x:0:\nwheel:x:10:${user}\n${user}:x:${uid}:\n`,
        '/etc/subuid': `${user}:100000:65536\n`,
        '/etc/fstab': 'UUID=4d1c-77 / ext4 defaults 0 1\n/swap swap swap sw 0 0\n',
      },
      // Links planted to lead out of the image, or elsewhere inside it.
      links: { '/tmp/out': '/etc', '/var/log/out': '/etc/passwd', '/root/.kube': '/etc' },
      modes: { '/etc/machine-id': 0o444, '/var/log/wtmp': 0o664, '/var/log/secure': 0o600 },
    },
  );

const redhat = texts([
  '/var/cache/dnf/x.solv',
  '/var/lib/dhclient/dhclient.leases',
  '/etc/sysconfig/iptables',
  '/var/lib/rhsm/x',
]);
const el6: Given = {
  files: {
    '/etc/sysconfig/network': 'NETWORKING=yes\nHOSTNAME=builder\nNOZEROCONF=yes\n',
    '/etc/sysconfig/network-scripts/ifcfg-eth0':
      'DEVICE=eth0\nHWADDR=52:54:00:AB:CD:EF\nONBOOT=yes\nBOOTPROTO=dhcp\nUUID=1-2\nPERSISTENT_DHCLIENT=1\n',
    '/etc/udev/rules.d/70-persistent-net.rules': 'SUBSYSTEM=="net", ATTR{address}=="52:54:00:ab:cd:ef", NAME="eth0"\n',
    '/var/cache/yum/x86_64/6/base/primary.xml.gz': 'x',
    '/var/lib/random-seed': 'x',
  },
};
/** State of cloud-init, LVM, multipath and Insights that is specific to the machine on which the image was made. */
const ofThisMachine: Given = {
  files: {
    '/etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection':
      '[connection]\nid=cloud-init eth0\nautoconnect-priority=120\n[ipv4]\nmethod=manual\naddress1=10.0.0.5/24\n',
    '/etc/NetworkManager/conf.d/30-cloud-init-ip6-addr-gen-mode.conf': '[connection.30-cloud-init-ip6-addr-gen-mode]\n',
    '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication yes\n',
    '/etc/ssh/sshd_config.d/01-permitrootlogin.conf': 'PermitRootLogin yes\n',
    '/etc/lvm/devices/system.devices': 'IDTYPE=sys_serial IDNAME=builder DEVNAME=/dev/vda2 PVID=x\n',
    '/etc/multipath/wwids': '/3600/\n',
    '/etc/multipath/bindings': 'mpatha 3600\n',
    '/etc/insights-client/machine-id': '1-2-3\n',
    '/etc/firewalld/zones/public.xml': '<zone><port port="9618" protocol="tcp"/></zone>\n',
    '/etc/firewalld/zones/public.xml.old': '<zone/>\n',
  },
};
const el9: Given = {
  files: {
    '/etc/NetworkManager/system-connections/eth0.nmconnection':
      '[connection]\nid=eth0\nautoconnect-retries=0\n[ethernet]\nmac-address=52:54:00:AB:CD:EF\n[ipv4]\nmethod=auto\n',
    '/var/lib/NetworkManager/internal-1-eth0.lease': 'x',
    '/etc/iscsi/initiatorname.iscsi': 'InitiatorName=iqn.1994-05.com.redhat:1\n',
    '/etc/NetworkManager/system-connections/bootagent-52-54.nmconnection':
      '[connection]\nid=eth1\nautoconnect-retries=0\n[ethernet]\nmac-address=52:54:00:AB:CD:EE\n[ipv4]\nmethod=manual\n',
  },
};
const debian = together(
  texts(['/var/lib/apt/lists/deb.debian.org_x', '/var/cache/apt/archives/vim.deb', '/var/lib/dhcp/dhclient.leases']),
  {
    files: {
      '/etc/network/interfaces.d/ens':
        'allow-hotplug ens3\niface ens3 inet dhcp\n  hwaddress ether 52:54:00:ab:cd:ef\n',
      '/etc/iscsi/initiatorname.iscsi': 'InitiatorName=iqn.1993-08.org.debian:01:a\n',
    },
  },
);

const use: Readonly<Record<string, Given>> = {
  el6: together(anyUse('cloud-user', 500), redhat, el6),
  el7: together(anyUse('centos', 1000), redhat),
  el8: together(anyUse('rocky', 1000), redhat, ofThisMachine),
  el9: together(anyUse('almalinux', 1000), redhat, ofThisMachine, el9),
  el10: together(anyUse('cloud-user', 1000), redhat, ofThisMachine),
  fedora: together(anyUse('fedora', 1000), redhat, ofThisMachine),
  debian: together(anyUse('debian', 1000), debian),
  ubuntu: together(anyUse('ubuntu', 1000), debian),
};

/** An image of each family as it is before sealing. */
export const usedTrees: typeof trees = Object.fromEntries(
  Object.entries(trees).map(([family, tree]) => [family, together(tree, use[family] ?? {})]),
);
