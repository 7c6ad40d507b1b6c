import type { Change } from '../change.ts';
import { uidMin } from '../image/image.ts';
import { programPath, startsAtBoot } from '../image/services.ts';
import { sources } from '../image/sources.ts';
import type { Check, Look } from './check.ts';
import { isPassword } from './crypt.ts';

/** What everybody tries first; the CentOS 6 image's own is among them. */
const known = ['', 'pippo123', 'root', 'toor', 'password', 'changeme', 'admin', '12345', '123456', '12345678', 'test']
  .concat([
    'centos',
    'debian',
    'ubuntu',
    'fedora',
    'redhat',
    'rocky',
    'vagrant',
    'packer',
    'linux',
    'cloud',
    'cubswin:)',
  ])
  .concat(['letmein', 'qwerty', 'secret']);

/** Who may come in, and how. */
export const accessChecks: readonly Check[] = [
  {
    name: 'sshd-installed',
    severity: 'error',
    why: 'Without an ssh server nobody can reach an instance.',
    mend: 'Install openssh-server.',
    source: sources.openstack,
    look: async ({ host }) => ((await programPath('sshd', host)) ? [] : ['There is no sshd']),
  },
  {
    name: 'sshd-enabled',
    severity: 'error',
    why: 'An ssh server that does not start at boot reaches nobody.',
    mend: 'systemctl enable sshd (or ssh, on Debian and Ubuntu); chkconfig sshd on, on EL6.',
    source: sources.openstack,
    async look({ host }) {
      if (!(await programPath('sshd', host))) return { unseen: 'sshd is not installed' };
      for (const name of ['sshd', 'ssh', 'sshd.socket', 'ssh.socket']) if (await startsAtBoot(name, host)) return [];
      return ['sshd does not start at boot'];
    },
  },
  {
    name: 'root-locked',
    severity: 'warning',
    why: 'A root password in an image is the same on all instances, and known to who made it.',
    mend: 'passwd --lock root; at a first boot: "bootcmd: [passwd --lock root]".',
    source: sources.centos,
    async look({ host }) {
      const hash = (await passwords(host)).find(([name]) => name === 'root')?.[1];
      if (hash === undefined) return { unseen: 'no /etc/shadow, or no right to read it' };
      return isLocked(hash) || hash === '' ? [] : ['root can log in with a password'];
    },
  },
  {
    name: 'weak-password',
    severity: 'error',
    why: 'What everybody tries first opens every instance.',
    mend: 'passwd --lock USER, or a password that is not in everybody’s list.',
    source: sources.centos,
    async look({ host }) {
      const all = await passwords(host);
      if (all.length === 0) return { unseen: 'no /etc/shadow, or no right to read it' };
      const found: string[] = [];
      for (const [name, hash] of all) {
        if (hash === '') found.push(`${name} needs no password`);
        else if (!isLocked(hash)) {
          const word = known.find((each) => isPassword(each, hash));
          if (word !== undefined) found.push(`${name} has a password that everybody knows: "${word}"`);
        }
      }
      return found;
    },
  },
  {
    name: 'regular-users',
    severity: 'warning',
    why: 'Whoever has an account in the image has one on every instance; the default user is made at the first boot.',
    mend: 'userdel -r USER.',
    source: sources.pouta,
    async look({ image }) {
      const { users, defaultUsers, os, major } = image;
      return users
        .filter(({ name, uid }) => uid >= uidMin(os, major) && uid < 60_000 && !defaultUsers.includes(name))
        .map(({ name, uid }) => `${name} (uid ${uid}) is no default user`);
    },
  },
  {
    name: 'firewall-off',
    severity: 'warning',
    why: 'Security groups decide who may reach an instance; a second firewall inside it makes trouble hard to find.',
    mend: 'systemctl disable the service named, unless you want it.',
    source: sources.openstack,
    async look({ host }) {
      const found: string[] = [];
      for (const name of ['firewalld', 'iptables', 'ip6tables', 'nftables']) {
        if (await startsAtBoot(name, host)) found.push(`${name} starts at boot`);
      }
      if (/^\s*ENABLED=yes/im.test((await host.readText('/etc/ufw/ufw.conf')) ?? '')) found.push('ufw is enabled');
      return found;
    },
  },
];

/** A service that must not start by itself until the instance's user-data says so. */
const offUntilAsked = ['condor', 'autofs'];

/** What starts, and what must not. */
export const serviceChecks: readonly Check[] = [
  {
    name: 'services-off',
    severity: 'warning',
    why: 'Started without the settings of an instance they join the wrong pool, or none.',
    mend: 'systemctl disable the service named; user-data enables it. "--fix" does it.',
    source: sources.centos,
    async look({ host }) {
      const found: string[] = [];
      for (const name of offUntilAsked) if (await startsAtBoot(name, host)) found.push(`${name} starts at boot`);
      return found;
    },
    fix: async ({ host, image }) => (image.systemd > 0 ? await disabling(offUntilAsked, host) : []),
  },
  {
    name: 'agent-installed',
    severity: 'error',
    why: 'Without a first-boot agent an instance gets neither keys nor name nor user-data.',
    mend: 'Install bootagent.',
    source: sources.openstack,
    async look({ host, image }) {
      if (await programPath('bootagent', host)) return [];
      // bootagent's runtime needs a newer C library than these have: they keep the agent they came with.
      const isOld = image.os.family === 'redhat' && image.os.id !== 'fedora' && image.major < 8;
      return isOld && (await programPath('cloud-init', host)) ? [] : ['bootagent is not installed'];
    },
  },
  {
    name: 'agent-enabled',
    severity: 'error',
    why: 'An agent that does not start at boot does nothing.',
    mend: 'systemctl enable bootagent-local bootagent bootagent-final; remove /etc/bootagent/disabled. "--fix" enables.',
    source: sources.openstack,
    async look({ host }) {
      if (!(await programPath('bootagent', host))) return { unseen: 'bootagent is not installed' };
      const found: string[] = [];
      for (const name of agentUnits)
        if (!(await startsAtBoot(name, host))) found.push(`${name} does not start at boot`);
      if (await host.stat('/etc/bootagent/disabled')) found.push('/etc/bootagent/disabled is there');
      return found;
    },
    async fix({ host }) {
      const off: Change[] = [];
      for (const name of agentUnits) {
        const isThere = await host.stat(`/usr/lib/systemd/system/${name}.service`);
        if (isThere && !(await startsAtBoot(name, host)))
          off.push({ kind: 'service', unit: `${name}.service`, boot: 'enabled' });
      }
      return off;
    },
  },
  {
    name: 'cloud-init-too',
    severity: 'error',
    why: 'Two agents make users, keys and host keys twice, and each undoes what the other did.',
    mend: 'Remove cloud-init, or "touch /etc/cloud/cloud-init.disabled", which "--fix" does.',
    source: sources.openstack,
    async look({ host }) {
      if (!(await programPath('bootagent', host))) return [];
      if (await host.stat('/etc/cloud/cloud-init.disabled')) return [];
      const starts = (await startsAtBoot('cloud-init', host)) || (await startsAtBoot('cloud-init-local', host));
      return starts ? ['cloud-init starts at boot beside bootagent'] : [];
    },
    fix: async () => [{ kind: 'file', path: '/etc/cloud/cloud-init.disabled', content: '' }],
  },
];

const agentUnits = ['bootagent-local', 'bootagent', 'bootagent-final'];

async function disabling(names: readonly string[], host: Look['host']): Promise<Change[]> {
  const on: Change[] = [];
  for (const name of names) {
    if (await startsAtBoot(name, host)) on.push({ kind: 'service', unit: `${name}.service`, boot: 'disabled' });
  }
  return on;
}

async function passwords(host: Look['host']): Promise<(readonly [string, string])[]> {
  const text = await host.readText('/etc/shadow').catch(() => undefined);
  return (text ?? '').split('\n').flatMap((line) => {
    const [name, hash] = line.split(':');
    return name && hash !== undefined ? [[name, hash] as const] : [];
  });
}

const isLocked = (hash: string): boolean => /^[!*x]/.test(hash);
