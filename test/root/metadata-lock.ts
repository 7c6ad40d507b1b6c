import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from '../support/able.ts';
import { missingNetns, type Netns, withNetns } from '../support/netns/netns.ts';

const script = join(import.meta.dirname, '../../systemd/metadata-lock');

/** Returns the result of a connection attempt as this user: "ok", or the error's name. */
function connect({ name }: Netns, address: string, port: number, uid: number): string {
  const code = `require('net').connect({host: process.argv[1], port: +process.argv[2]})
    .on('connect', () => {console.log('ok'); process.exit()}).on('error', ({code}) => {console.log(code); process.exit()})
    .setTimeout(4000, () => {console.log('ETIMEDOUT'); process.exit()})`;
  const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const words = ['netns', 'exec', name, ...user, process.execPath, '-e', code, address, String(port)];
  return execFileSync('ip', words, { encoding: 'utf8' }).trim();
}

const lock = ({ name }: Netns, word: string) => spawnSync('ip', ['netns', 'exec', name, 'sh', script, word]);
const rules = ({ name }: Netns): string =>
  ['-4', '-6'].map((family) => execFileSync('ip', ['-n', name, family, 'rule'], { encoding: 'utf8' })).join('');

const listening = `for (const port of [80, 8080, 53]) require('net').createServer((s) => s.end()).listen({port, host: '::'},
  () => console.log('ready ' + port))`;

/** Runs `work` with a guest, and with the services of its link at the other end of a cable. */
async function withServices(work: (guest: Netns, services: Netns) => Promise<void> | void): Promise<void> {
  await withNetns(2, async (guest, services) => {
    assert.ok(guest && services);
    guest.ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', services.name);
    for (const [end, number] of [
      [guest, 1],
      [services, 2],
    ] as const) {
      end.ip('link', 'set', 'eth0', 'up');
      end.ip('addr', 'add', `10.9.9.${number}/24`, 'dev', 'eth0');
      end.ip('addr', 'add', `fd09::${number}/64`, 'dev', 'eth0', 'nodad');
    }
    for (const address of ['169.254.169.254/32', 'fd00:ec2::254/128', 'fe80::a9fe:a9fe/64'])
      services.ip('addr', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : []));
    guest.ip('route', 'add', '169.254.169.254/32', 'via', '10.9.9.2');
    guest.ip('-6', 'route', 'add', 'fd00:ec2::254/128', 'via', 'fd09::2');
    const server = services.run([process.execPath, '-e', listening]);
    for (const port of [80, 8080, 53]) await server.line(new RegExp(`^ready ${port}$`));
    await work(guest, services);
  });
}

const all = ['169.254.169.254', 'fd00:ec2::254', 'fe80::a9fe:a9fe%eth0'];

describe('the lock of the metadata', { skip: missingNetns() ?? unable('setpriv'), timeout: 120_000 }, () => {
  test('lets only root reach the services, over both families, and leaves all else open', async () => {
    await withServices((guest) => {
      for (const address of all)
        for (const uid of [0, 1000]) assert.equal(connect(guest, address, 80, uid), 'ok', `${uid} to ${address}`);
      const before = rules(guest);
      assert.equal(lock(guest, 'on').status, 0);
      for (const address of all) {
        assert.equal(connect(guest, address, 80, 0), 'ok', `root to ${address}`);
        assert.equal(connect(guest, address, 80, 1000), 'EACCES', `a user to ${address}`);
        // Some clouds serve DNS and NTP at the same address.
        assert.equal(connect(guest, address, 53, 1000), 'ok', `a user to port 53 of ${address}`);
      }
      for (const address of ['10.9.9.2', 'fd09::2']) assert.equal(connect(guest, address, 80, 1000), 'ok', address);
      assert.equal(lock(guest, 'off').status, 0);
      for (const address of all) assert.equal(connect(guest, address, 80, 1000), 'ok', `a user to ${address} again`);
      assert.equal(rules(guest), before);
    });
  });

  test('is the same however often it is put on and taken off', async () => {
    await withServices((guest) => {
      const before = rules(guest);
      lock(guest, 'on');
      const once = rules(guest);
      assert.notEqual(once, before);
      assert.deepEqual([lock(guest, 'on').status, lock(guest, 'on').status], [0, 0]);
      assert.equal(rules(guest), once);
      assert.deepEqual([lock(guest, 'off').status, lock(guest, 'off').status], [0, 0]);
      assert.equal(rules(guest), before);
    });
  });

  test('holds for a network behind the machine too, such as that of containers', async () => {
    await withServices(async (guest, services) => {
      await withNetns(1, async (container) => {
        assert.ok(container);
        container.ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'bridge', 'netns', guest.name);
        guest.ip('addr', 'add', '10.8.8.1/24', 'dev', 'bridge');
        guest.ip('link', 'set', 'bridge', 'up');
        container.ip('addr', 'add', '10.8.8.2/24', 'dev', 'eth0');
        container.ip('link', 'set', 'eth0', 'up');
        container.ip('route', 'add', 'default', 'via', '10.8.8.1');
        services.ip('route', 'add', '10.8.8.0/24', 'via', '10.9.9.1');
        execFileSync('ip', ['netns', 'exec', guest.name, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
        assert.equal(connect(container, '169.254.169.254', 80, 0), 'ok');
        lock(guest, 'on');
        assert.notEqual(connect(container, '169.254.169.254', 80, 0), 'ok');
        assert.equal(connect(container, '10.9.9.2', 80, 0), 'ok');
      });
    });
  });

  test('refuses other words', async () => {
    await withNetns(1, async (here) => {
      assert.ok(here);
      assert.equal(lock(here, 'of').status, 2);
    });
  });
});
