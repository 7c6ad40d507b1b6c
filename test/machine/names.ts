import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { type Container, container } from './support/container.ts';
import { guestAddress, guestInterface, type Network } from './support/network.ts';
import { run, unable } from './support/scratch.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm', 'dnsmasq');

/** A guest's network manager: its units, the units to disable, and the command that makes it request its lease again. */
interface Manager {
  readonly units: Readonly<Record<string, string>>;
  readonly off: readonly string[];
  readonly anew: string;
}

const networkd = ['systemd-networkd.service', 'systemd-networkd.socket', 'systemd-networkd-wait-online.service'];
const networkManager = ['NetworkManager.service', 'NetworkManager-wait-online.service'];
const managers: Readonly<Record<string, Manager>> = {
  'systemd-networkd': {
    units: { '/etc/systemd/network/10-cloud.network': `[Match]\nName=${guestInterface}\n[Network]\nDHCP=ipv4\n` },
    off: networkManager,
    anew: `networkctl reconfigure ${guestInterface}; /lib/systemd/systemd-networkd-wait-online --interface=${guestInterface} --timeout=60`,
  },
  dhclient: {
    units: {
      '/etc/systemd/system/networking.service': `[Unit]\nDefaultDependencies=no\nBefore=network.target\nWants=network.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/sbin/dhclient -1 ${guestInterface}\n[Install]\nWantedBy=multi-user.target\n`,
    },
    off: [...networkManager, ...networkd],
    anew: `dhclient -r ${guestInterface}; dhclient -1 ${guestInterface}`,
  },
  NetworkManager: {
    units: {
      '/etc/NetworkManager/conf.d/10-cloud.conf': `[device]\nmatch-device=interface-name:${guestInterface}\nmanaged=1\n`,
      '/usr/lib/udev/rules.d/85-nm-unmanaged.rules': '',
    },
    off: networkd,
    anew: `nmcli --wait 60 device connect ${guestInterface}`,
  },
};

/** Starts a DHCP server on the guest's cable, which assigns its address and a different name. */
async function dhcp({ server, mac }: Network): Promise<AsyncDisposable> {
  const child: ChildProcess = spawn(
    'ip',
    [
      ...['netns', 'exec', server, 'dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--port=0'],
      ...['--interface=cloud0', '--dhcp-range=10.161.7.20,10.161.7.30', `--dhcp-host=${mac},${guestAddress},from-dhcp`],
      ...['--domain=dhcp.example', '--dhcp-leasefile=/dev/null', '--log-facility=-', '--pid-file='],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (child.stderr) await once(createInterface(child.stderr), 'line');
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function machine({ units, off, anew }: Manager): Promise<Container> {
  // The name arrives over D-Bus, some time after the address, so the command polls for it.
  const asked = (seconds: number) =>
    `{ ${anew}; timeout ${seconds} sh -c 'until hostname | grep -q dhcp; do sleep 0.2; done'; } >/dev/null 2>&1; hostname`;
  const made = await container('bookworm', {
    extra: ['isc-dhcp-client', 'network-manager'],
    probe: {
      address: `ip -4 -o addr show ${guestInterface}`,
      renewed: asked(5),
      // The name that DHCP gives to a machine without a name of its own, which proves that the server sends one.
      nameless: `rm /etc/hostname; hostname localhost; systemctl restart systemd-hostnamed; ${asked(60)}`,
    },
  });
  for (const name of off) await run('systemctl', ['--root', made.root, 'mask', name]);
  await rm(join(made.root, 'etc/systemd/network'), { recursive: true });
  for (const [path, text] of Object.entries(units)) {
    await made.write(path, text);
    if (path.endsWith('.service')) await run('systemctl', ['--root', made.root, 'enable', basename(path)]);
  }
  await made.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-1\n');
  await made.write('/var/lib/cloud/seed/nocloud/user-data', '#cloud-config\nhostname_from_ip: {domain: hltcloud}\n');
  return made;
}

describe('a name that DHCP would change', { skip }, () => {
  for (const [name, manager] of Object.entries(managers)) {
    test(`stays as it is with ${name}`, async () => {
      await using made = await machine(manager);
      await using _ = await dhcp(made.network);
      const boot = await made.boot();
      soundBoot(boot);
      assert.match(boot.read('address'), /10\.161\.7\.25\/24/);
      assert.equal(boot.read('hostname'), 'wn-007-025.hltcloud\n');
      assert.equal(boot.read('renewed'), 'wn-007-025.hltcloud\n');
      assert.match(boot.read('nameless'), /^from-dhcp[.a-z]*\n$/);
    });
  }
});
