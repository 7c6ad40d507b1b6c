import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';
import { bootEntries } from '../boot-entries.ts';
import { configured } from '../interfaces.ts';
import { programPath, startsAtBoot } from '../services.ts';
import { sources } from '../source-links.ts';
import { danglingRules } from '../udev.ts';
import type { TreeCheck } from './check.ts';

const mac = '(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}';
/** Where a MAC address can be tied to an interface, apart from the files that sealing cleans. */
const ties = [
  ['/etc/systemd/network/*.link', `^\\s*(?:MACAddress|PermanentMACAddress|Match.*MACAddress)\\s*=.*${mac}`],
  ['/etc/systemd/network/*.network', `^\\s*(?:MACAddress|PermanentMACAddress)\\s*=.*${mac}`],
  ['/etc/systemd/network/*.netdev', `^\\s*MACAddress\\s*=.*${mac}`],
  ['/etc/netplan/*.yaml', `^\\s*macaddress:\\s*["']?${mac}`],
  ['/etc/netplan/*.yml', `^\\s*macaddress:\\s*["']?${mac}`],
  ['/etc/udev/rules.d/*', `^[^#]*(?:ATTR|ATTRS)\\{address\\}=="${mac}`],
  ['/etc/iftab', `^[^#]*\\bmac\\s+${mac}`],
  ['/etc/modprobe.d/*', `^[^#]*\\bmac(?:_addr)?=${mac}`],
] as const;

/** Files of sealing: it empties the first and removes the others. */
const sealed = ['/etc/udev/rules.d/70-persistent-net.rules', '/etc/systemd/network/05-bootagent-*'];

/** Checks of the network of an instance, and of its power button. */
export const networkChecks: readonly TreeCheck[] = [
  {
    name: 'interface-match',
    severity: 'error',
    why: 'Each instance has a card with another address: what is configured for this one is left without network.',
    fix: 'Match interfaces by name or driver ("Name=en* eth*", "match: {name: e*}"), or remove the file named.',
    source: sources.openstack,
    async inspect({ host }) {
      const found: string[] = [];
      for (const [glob, line] of ties) {
        const files = await matchingPaths([glob], host, sealed);
        for (const file of files) {
          if (new RegExp(line, 'm').test((await host.readText(file)) ?? '')) found.push(`${file} names an address`);
        }
      }
      for (const { file, options } of await bootEntries(host)) {
        if (new RegExp(`\\b(?:ifname|ip|BOOTIF)=\\S*${mac}`).test(options)) found.push(`${file} names an address`);
      }
      return [...new Set(found)];
    },
  },
  {
    name: 'udev-links',
    severity: 'warning',
    why: 'A link made from outside the image leads nowhere in it; udev complains, and the rule is not masked.',
    fix: 'ln -sf /dev/null PATH, or an empty file. "--fix" removes the link.',
    source: sources.wakame,
    inspect: async ({ host }) => (await danglingRules(host)).map((path) => `${path} leads nowhere`),
    changes: async ({ host }) => (await danglingRules(host)).map((path) => ({ kind: 'removed', globs: [path] })),
  },
  {
    name: 'dhcp',
    severity: 'error',
    why: 'The cloud gives the address, and drops what comes from any other.',
    fix: 'BOOTPROTO=dhcp and ONBOOT=yes, "iface … inet dhcp", "DHCP=yes", "dhcp4: true": whichever reads it here.',
    source: sources.wakame,
    async inspect({ host }) {
      const managed = await startsAtBoot('NetworkManager', host);
      const all = await configured(host, managed);
      const fixed = all.filter(({ by }) => by === 'static');
      if (fixed.length > 0) return fixed.map(({ name, file }) => `${name} has a fixed address in ${file}`);
      // Without any file NetworkManager uses DHCP on every network card.
      return all.length > 0 || managed ? [] : ['Nothing asks for an address by DHCP'];
    },
  },
  {
    name: 'dhcp-for-ever',
    severity: 'warning',
    why: 'An instance that comes up before its DHCP server would stay without network.',
    fix:
      'PERSISTENT_DHCLIENT=1 in ifcfg files; with NetworkManager "[main] autoconnect-retries-default=0" in ' +
      '/etc/NetworkManager/conf.d. "--fix" does either.',
    source: sources.centos,
    async inspect({ host }) {
      const all = await configured(host, await startsAtBoot('NetworkManager', host));
      return all
        .filter(({ by, forEver }) => by === 'dhcp' && !forEver)
        .map(({ name, file }) => `${name} gives up without an answer (${file})`);
    },
    async changes({ host }) {
      const all = await configured(host, await startsAtBoot('NetworkManager', host));
      const giveUp = all.filter(({ by, forEver }) => by === 'dhcp' && !forEver);
      const scripts = giveUp.filter(({ manager }) => manager === 'network-scripts');
      const conf = '/etc/NetworkManager/conf.d/90-bootagent-dhcp.conf';
      const content = '[main]\nautoconnect-retries-default=0\n';
      return [
        ...scripts.map(({ file }) => ({ kind: 'edit', path: file, edit: put('PERSISTENT_DHCLIENT=', '1') }) as const),
        ...(giveUp.length > scripts.length ? [{ kind: 'file', path: conf, content, mode: 0o644 } as const] : []),
      ];
    },
  },
  {
    name: 'zeroconf',
    severity: 'warning',
    why: 'With a route for 169.254.0.0/16 on the interface, requests to the metadata service stay on the local network.',
    fix: 'NOZEROCONF=yes in /etc/sysconfig/network. "--fix" writes it.',
    source: sources.centos,
    async inspect({ host }) {
      // Only these scripts add the route.
      if (!(await host.stat('/etc/sysconfig/network-scripts/ifup-eth'))) return [];
      return /^\s*NOZEROCONF=/m.test(await networkFile(host)) ? [] : ['/etc/sysconfig/network lacks NOZEROCONF=yes'];
    },
    changes: async () => [{ kind: 'edit', path: '/etc/sysconfig/network', edit: put('NOZEROCONF=', 'yes') }],
  },
  {
    name: 'zeroconf-spelling',
    severity: 'warning',
    why: 'NOZERCONF is a slip of the pen that means nothing to the scripts.',
    fix: 'Write NOZEROCONF=yes in its place. "--fix" does it.',
    source: sources.centos,
    inspect: async ({ host }) =>
      /^\s*NOZERCONF=/m.test(await networkFile(host)) ? ['/etc/sysconfig/network says NOZERCONF'] : [],
    changes: async () => [
      {
        kind: 'edit',
        path: '/etc/sysconfig/network',
        edit: { syntax: 'lines', drop: 'NOZERCONF=', put: 'NOZEROCONF=yes' },
      },
    ],
  },
  {
    name: 'power-button',
    severity: 'warning',
    why: 'The cloud shuts an instance down by its power button. Without a listener, the instance is powered off hard.',
    fix: 'systemd-logind does it; without systemd install and enable acpid.',
    source: sources.pouta,
    async inspect({ host }) {
      const ignored: string[] = [];
      for (const file of await matchingPaths(['/etc/systemd/logind.conf', '/etc/systemd/logind.conf.d/*.conf'], host)) {
        if (/^\s*HandlePowerKey\s*=\s*ignore/m.test((await host.readText(file)) ?? '')) ignored.push(file);
      }
      const logind = ['/usr/lib/systemd/systemd-logind', '/lib/systemd/systemd-logind'];
      for (const path of logind) if ((await host.stat(path)) && ignored.length === 0) return [];
      if ((await programPath('acpid', host)) && (await startsAtBoot('acpid', host))) return [];
      return ignored.length > 0
        ? ignored.map((file) => `${file} ignores the power button`)
        : ['acpid does not start at boot'];
    },
  },
];

const put = (key: string, value: string) => ({ syntax: 'lines', drop: key, put: `${key}${value}` }) as const;

const networkFile = async (host: ReadHost): Promise<string> => (await host.readText('/etc/sysconfig/network')) ?? '';
