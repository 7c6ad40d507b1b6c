import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Boot, soundBoot } from './support/boot.ts';
import { beyond, carriers, lan, taken } from './support/carried.ts';
import { type Container, container } from './support/container.ts';
import { guestInterface } from './support/network.ts';
import { run, unable } from './support/scratch.ts';
import type { Release } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

/**
 * A network manager of a guest: the file that the agent writes for it, and the files that an administrator has written for it.
 */
interface Manager {
  readonly extra: readonly string[];
  readonly file: string;
  /** The administrator's file for the second interface, and the image's file for any interface. */
  readonly others: Readonly<Record<string, string>>;
  readonly own: string;
  readonly probe: Readonly<Record<string, string>>;
  /** What it reports about the first interface once that is configured. */
  readonly says: RegExp;
}

const dashed = lan.mac.replaceAll(':', '-');
const profiles = '/etc/NetworkManager/system-connections';
const managers: Readonly<Record<string, Manager>> = {
  'systemd-networkd': {
    extra: [],
    file: `/etc/systemd/network/05-bootagent-${dashed}.network`,
    own: '/etc/systemd/network/30-mine.network',
    others: {
      '/etc/systemd/network/30-mine.network': `[Match]\nName=host1\n[Network]\nAddress=${taken.own}/24\n`,
    },
    probe: {
      says: `networkctl status ${guestInterface}`,
      dns: 'cat /run/systemd/netif/links/*',
    },
    says: new RegExp(`Network File: /etc/systemd/network/05-bootagent-${dashed}\\.network`),
  },
  NetworkManager: {
    extra: ['network-manager'],
    file: `${profiles}/bootagent-${dashed}.nmconnection`,
    own: `${profiles}/mine.nmconnection`,
    others: {
      [`${profiles}/mine.nmconnection`]: `[connection]\nid=mine\ntype=ethernet\nautoconnect-priority=10\n[ethernet]\nmac-address=${taken.mac.toUpperCase()}\n[ipv4]\nmethod=manual\naddress1=${taken.own}/24\n`,
      [`${profiles}/any.nmconnection`]: '[connection]\nid=any\ntype=ethernet\n[ipv4]\nmethod=auto\n',
    },
    probe: {
      says: `nmcli --terse --fields GENERAL.CONNECTION,GENERAL.STATE device show ${guestInterface}`,
      // On trixie, systemd-resolved owns resolv.conf.
      dns: 'cat /etc/resolv.conf /run/systemd/resolve/resolv.conf',
    },
    says: new RegExp(`^GENERAL.CONNECTION:bootagent ${lan.mac}$`, 'm'),
  },
};

const cases: readonly (readonly [keyof typeof managers, Release, keyof typeof carriers])[] = [
  ['systemd-networkd', 'bookworm', "OpenNebula's ETHn_*"],
  ['systemd-networkd', 'bookworm', 'network-config, version 1'],
  ['systemd-networkd', 'trixie', 'network_data.json of a config drive'],
  ['systemd-networkd', 'trixie', 'network-config, version 2'],
  ['NetworkManager', 'bookworm', "OpenNebula's ETHn_*"],
  ['NetworkManager', 'bookworm', 'network_data.json of a config drive'],
  ['NetworkManager', 'trixie', 'network-config, version 1'],
  ['NetworkManager', 'trixie', 'network-config, version 2'],
];

describe('a machine where no DHCP server answers', { skip }, () => {
  for (const [name, release, source] of cases) {
    test(`has the addresses of ${source}, by ${name} of ${release}, and reaches a service by them`, async () => {
      const [manager, carrier] = [managers[name], carriers[source]];
      assert.ok(manager && carrier);
      await using machine = await guest(release, manager, carrier.files);
      await using _ = await services(machine);
      const boot = await machine.boot();
      soundBoot(boot);

      assert.match(boot.read('says'), manager.says);
      assert.deepEqual(addressesOf(boot, guestInterface), [`${lan.address}/24`, `${lan.address6}/64`]);
      assert.equal(links(boot).find(({ ifname }) => ifname === guestInterface)?.mtu, lan.mtu);
      const routes = `${boot.read('routes4')}${boot.read('routes6')}`;
      for (const route of [
        `default via ${lan.gateway} dev ${guestInterface}`,
        `default via ${lan.gateway6} dev ${guestInterface}`,
        `${lan.route.to}/${lan.route.prefix} via ${lan.route.via} dev ${guestInterface}`,
      ]) {
        assert.ok(routes.includes(route), `${route} is not among\n${routes}`);
      }
      assert.ok(boot.read('dns').includes(lan.dns), boot.read('dns'));
      if (carrier.search) assert.ok(boot.read('dns').includes(lan.search), boot.read('dns'));
      assert.deepEqual([boot.read('v4'), boot.read('v6')], ['ami-1', 'ami-1'], 'fetched over both families');

      // An administrator's interface configuration is unchanged, and in force.
      assert.deepEqual(addressesOf(boot, 'host1'), [`${taken.own}/24`]);
      for (const [path, text] of Object.entries(manager.others)) {
        assert.equal(await readFile(join(machine.root, path), 'utf8'), text, path);
      }
      assert.match(
        boot.read('journal'),
        new RegExp(`${manager.own} sets up this interface already, and is left as it is`),
      );
      assert.match(await readFile(join(machine.root, manager.file), 'utf8'), new RegExp(lan.mac, 'i'));
    });
  }
});

async function guest(release: Release, { extra, others, probe }: Manager, files: Readonly<Record<string, string>>) {
  const machine = await container(release, {
    extra,
    unaddressed: true,
    probe: {
      ...probe,
      links: 'ip -json address',
      routes4: 'ip route',
      routes6: 'ip -6 route',
      v4: 'cat /root/over-v4',
      v6: 'cat /root/over-v6',
    },
  });
  for (const [path, text] of Object.entries({ ...files, ...others })) await machine.write(path, text);
  // NetworkManager reads no profile that others can write.
  for (const path of Object.keys(others))
    await chmod(join(machine.root, path), path.includes('Manager') ? 0o600 : 0o644);
  if (extra.includes('network-manager')) {
    await run('chroot', [machine.root, 'systemctl', '--quiet', 'disable', 'systemd-networkd.service']);
  }
  return machine;
}

/** The other end of both cables: gateways, and the services behind them. */
async function services({ network }: Container): Promise<AsyncDisposable> {
  const at = (namespace: string, ...words: readonly string[]) => run('ip', ['-n', namespace, ...words]);
  const { server, guest: mine } = network;
  await at(server, 'link', 'add', 'cloud1', 'type', 'veth', 'peer', 'name', 'host1', 'netns', mine);
  await at(server, 'link', 'set', 'cloud1', 'up');
  await at(mine, 'link', 'set', guestInterface, 'address', lan.mac);
  await at(mine, 'link', 'set', 'host1', 'address', taken.mac);
  await at(server, 'addr', 'add', `${lan.gateway6}/64`, 'dev', 'cloud0', 'nodad');
  await at(server, 'addr', 'add', `${beyond.v4}/32`, 'dev', 'lo');
  await at(server, 'addr', 'add', `${beyond.v6}/128`, 'dev', 'lo');
  const script = new URL('../support/netns/serve.ts', import.meta.url).pathname;
  const given = JSON.stringify({ host: '::', port: 80, dialects: ['imdsv1'] });
  const serving = spawn('ip', ['netns', 'exec', server, process.execPath, script, given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(serving.stdout, 'data');
  return {
    async [Symbol.asyncDispose]() {
      serving.kill('SIGKILL');
      await once(serving, 'close');
    },
  };
}

interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

// `ip` prints these members as JSON.
const links = (boot: Boot): readonly Link[] => JSON.parse(boot.read('links')) as readonly Link[];

const addressesOf = (boot: Boot, name: string): readonly string[] =>
  (links(boot).find(({ ifname }) => ifname === name)?.addr_info ?? [])
    .filter(({ scope }) => scope === 'global')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
