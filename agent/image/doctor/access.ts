import { isPassword } from '../../resources/accounts/crypt.ts';
import { sshdDirectives } from '../../resources/ssh/sshd-config.ts';
import { uidMin } from '../image.ts';
import { programPath, startsAtBoot } from '../services.ts';
import { sources } from '../source-links.ts';
import type { CheckContext, TreeCheck } from './check.ts';
import { whenItStarts } from './services.ts';

/** The passwords that attackers try first, including that of the CentOS 6 image. */
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

/** Files that sealing removes; their own check reports them. */
const removedDropIns = ['50-cloud-init.conf', '01-bootagent.conf'].map((name) => `/etc/ssh/sshd_config.d/${name}`);

/** Checks of access: SSH server, passwords, users, firewalls. */
export const accessChecks: readonly TreeCheck[] = [
  {
    name: 'sshd-installed',
    severity: 'error',
    why: 'Without an SSH server no instance can be reached.',
    fix: 'Install openssh-server.',
    source: sources.openstack,
    inspect: async ({ host }) => ((await programPath('sshd', host)) ? [] : ['There is no sshd']),
  },
  {
    name: 'sshd-enabled',
    severity: 'error',
    why: 'An SSH server that does not start at boot accepts no login.',
    fix: 'systemctl enable sshd (or ssh, on Debian and Ubuntu); chkconfig sshd on, on EL6.',
    source: sources.openstack,
    async inspect({ host }) {
      if (!(await programPath('sshd', host))) return { notChecked: 'sshd is not installed' };
      for (const name of ['sshd', 'ssh', 'sshd.socket', 'ssh.socket']) if (await startsAtBoot(name, host)) return [];
      return ['sshd does not start at boot'];
    },
  },
  {
    name: 'password-login',
    severity: 'warning',
    why: 'A file of sshd_config.d that turns on logins by password does so on every instance whose user-data does not set it.',
    fix: 'Remove the line named, or the file.',
    source: sources.bootagent,
    async inspect({ host }) {
      const said = (await sshdDirectives(host)).find(
        ({ keyword, match }) => keyword === 'passwordauthentication' && match === undefined,
      );
      const isLeftover = removedDropIns.some((path) => path === said?.path);
      const isOn = said?.value.toLowerCase() === 'yes' && said.path !== '/etc/ssh/sshd_config' && !isLeftover;
      return isOn ? [`${said.path} turns on logins by password`] : [];
    },
  },
  {
    name: 'root-locked',
    severity: 'warning',
    why: 'A root password in an image is the same on all instances, and known to who made it.',
    fix: 'passwd --lock root; at a first boot: "bootcmd: [passwd --lock root]".',
    source: sources.centos,
    async inspect({ host }) {
      const hash = (await passwords(host)).find(([name]) => name === 'root')?.[1];
      if (hash === undefined) return { notChecked: 'no /etc/shadow, or no right to read it' };
      return isLocked(hash) || hash === '' ? [] : ['root can log in with a password'];
    },
  },
  {
    name: 'weak-password',
    severity: 'error',
    why: 'Passwords that attackers try first open every instance.',
    fix: 'passwd --lock USER, or set a password that is in no public list.',
    source: sources.centos,
    async inspect({ host }) {
      const all = await passwords(host);
      if (all.length === 0) return { notChecked: 'no /etc/shadow, or no right to read it' };
      const open = all.filter(([, hash]) => !isLocked(hash));
      const found = open.flatMap(([name, hash]) => weakness(name, hash) ?? []);
      const untried = open.find(([, hash]) => hash !== '' && isPassword('', hash) === undefined);
      if (found.length > 0 || !untried) return found;
      return { notChecked: `the password of ${untried[0]} is hashed in a way that is not tried here` };
    },
  },
  {
    name: 'regular-users',
    severity: 'warning',
    why: 'Everyone with an account in the image has one on every instance; the default user is made at the first boot.',
    fix: 'userdel -r USER.',
    source: sources.pouta,
    async inspect({ sealing: { image } }) {
      const { users, defaultUsers, os, major } = image;
      return users
        .filter(({ name, uid }) => uid >= uidMin(os, major) && uid < 60_000 && !defaultUsers.includes(name))
        .map(({ name, uid }) => `${name} (uid ${uid}) is not a default user`);
    },
  },
  {
    name: 'firewall-off',
    severity: 'warning',
    why: 'Security groups decide who may reach an instance; a second firewall inside it makes trouble hard to find.',
    fix: 'systemctl disable the service named, unless you want it.',
    source: sources.openstack,
    async inspect({ host }) {
      const found: string[] = [];
      for (const name of ['firewalld', 'iptables', 'ip6tables', 'nftables']) {
        found.push(...(await whenItStarts(name, host)));
      }
      if (/^\s*ENABLED=yes/im.test((await host.readText('/etc/ufw/ufw.conf')) ?? '')) found.push('ufw is enabled');
      return found;
    },
  },
];

/** Returns what is wrong with a password that is in use, if anything. */
function weakness(name: string, hash: string): string | undefined {
  if (hash === '') return `${name} needs no password`;
  const word = known.find((each) => isPassword(each, hash));
  return word === undefined ? undefined : `${name} has a well-known password: "${word}"`;
}

async function passwords(host: CheckContext['host']): Promise<(readonly [string, string])[]> {
  const text = await host.readText('/etc/shadow').catch(() => undefined);
  return (text ?? '').split('\n').flatMap((line) => {
    const [name, hash] = line.split(':');
    return name && hash !== undefined ? [[name, hash] as const] : [];
  });
}

const isLocked = (hash: string): boolean => hash === 'x' || /^[!*]/.test(hash);
