import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lateAddress } from '../support/netns/late.ts';
import { missingNetns, type Netns, type Process, withNetns } from '../support/netns/netns.ts';

const served = { host: '::', port: 80 };
const both = ['imdsv1', 'openstack'] as const;

const answerOf = async (guest: Process) => JSON.parse(await guest.line(/^\{/));
const requestsTo = ({ lines }: Process): string[] => lines.filter((line) => / (?:GET|PUT) /.test(line));

/** Connects two network namespaces with a cable. */
function cable(one: Netns, other: Netns): void {
  one.ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other.name);
  for (const end of [one, other]) end.ip('link', 'set', 'eth0', 'up');
}

describe('metadata in a network of our own', { skip: missingNetns() ?? false }, () => {
  for (const seconds of [0, 2, 5]) {
    test(`an address that comes ${seconds} s late: the next look at the network is a request`, () =>
      lateAddress(seconds));
  }

  test('EC2 is found at its IPv6 address where there is no IPv4', async () => {
    await withNetns(1, async (here) => {
      assert.ok(here);
      here.ip('addr', 'add', 'fd00:ec2::254/128', 'dev', 'lo');
      const service = here.start('serve.ts', { ...served, dialects: ['imdsv2'] });
      await service.line(/^ready/);
      const { id } = await answerOf(here.start('guest.ts', { named: ['Ec2'], amazon: true, budgetMs: 20_000 }));
      assert.equal(id, 'i-0abc');
      assert.equal(requestsTo(service).length, 7);
    });
  });

  test('OpenStack is found at its link-local address on whichever interface', async () => {
    await withNetns(2, async (guests, services) => {
      assert.ok(guests && services);
      cable(guests, services);
      services.ip('addr', 'add', 'fe80::a9fe:a9fe/64', 'dev', 'eth0', 'nodad');
      guests.ip('addr', 'add', 'fe80::2/64', 'dev', 'eth0', 'nodad');
      const service = services.start('serve.ts', { ...served, dialects: ['openstack'] });
      await service.line(/^ready/);
      const { id } = await answerOf(guests.start('guest.ts', { named: ['OpenStack'], budgetMs: 20_000 }));
      assert.equal(id, 'i-0abc');
      assert.equal(requestsTo(service).length, 6);
    });
  });

  test('an IPv4 that leads nowhere does not hold up the IPv6 that answers', async () => {
    await withNetns(2, async (guests, services) => {
      assert.ok(guests && services);
      cable(guests, services);
      guests.ip('addr', 'add', '10.9.0.2/24', 'dev', 'eth0');
      // The neighbour entry exists and has no listener: packets to it vanish.
      guests.ip('route', 'add', '169.254.169.254/32', 'dev', 'eth0');
      guests.ip('neigh', 'add', '169.254.169.254', 'lladdr', '02:00:00:00:00:99', 'dev', 'eth0');
      guests.ip('addr', 'add', 'fd00:ec2::2/64', 'dev', 'eth0', 'nodad');
      services.ip('addr', 'add', 'fd00:ec2::254/64', 'dev', 'eth0', 'nodad');
      const service = services.start('serve.ts', { ...served, dialects: ['imdsv2'] });
      await service.line(/^ready/);
      const guest = guests.start('guest.ts', { named: ['Ec2'], amazon: true, budgetMs: 20_000 });
      const { id, ms } = await answerOf(guest);
      assert.equal(id, 'i-0abc');
      // The connection that leads nowhere takes two seconds to fail.
      assert.ok(ms < 2_000, `${ms} ms`);
    });
  });

  for (const variables of [
    ['http_proxy', 'https_proxy', 'all_proxy'],
    ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'],
  ]) {
    test(`no request goes to a proxy: ${variables.join(', ')}`, async () => {
      await withNetns(1, async (here) => {
        assert.ok(here);
        here.ip('addr', 'add', '169.254.169.254/32', 'dev', 'lo');
        const service = here.start('serve.ts', { host: '169.254.169.254', port: 80, dialects: both });
        const proxy = here.start('serve.ts', { host: '127.0.0.1', port: 3128, dialects: ['imdsv1'] });
        await Promise.all([service.line(/^ready/), proxy.line(/^ready/)]);
        const env = Object.fromEntries(
          variables.map((name) => [name, name.startsWith('NODE') ? '1' : 'http://127.0.0.1:3128']),
        );
        for (const named of ['Ec2', 'OpenStack']) {
          const { id } = await answerOf(here.start('guest.ts', { named: [named], budgetMs: 20_000 }, env));
          assert.equal(id, 'i-0abc');
        }
        assert.deepEqual(requestsTo(proxy), []);
      });
    });
  }

  test('login does not wait, and the last stage makes up for what was missed', async () => {
    const root = mkdtempSync(join(tmpdir(), 'bootagent-late-'));
    try {
      cpSync(new URL('../../examples/seed-tree', import.meta.url), root, { recursive: true });
      for (const folder of ['etc/bootagent', 'var/lib/bootagent']) mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, 'etc/bootagent/bootagent.yaml'), 'datasource_list: [Ec2]\n');
      writeFileSync(join(root, 'var/lib/bootagent/fresh'), '');
      await withNetns(1, async (here) => {
        assert.ok(here);
        const agent = new URL('../../agent/main.ts', import.meta.url).pathname;
        const began = Date.now();
        const early = here.run([process.execPath, agent, 'run', 'early', 'main', '--root', root]);
        await early.ended;
        // The limit is 20 seconds; more than 60 is a hang.
        assert.ok(Date.now() - began < 60_000);
        assert.equal(existsSync(join(root, 'var/lib/bootagent/instance.json')), false);
        here.ip('addr', 'add', '169.254.169.254/32', 'dev', 'lo');
        const service = here.start('serve.ts', { ...served, dialects: ['imdsv1'] });
        await service.line(/^ready/);
        const late = here.run([process.execPath, agent, 'run', 'final', '--root', root]);
        await late.line(/i-0abc/);
        assert.equal(await late.ended, 0);
        // The name belongs to the stage that is already over.
        assert.match(readFileSync(join(root, 'etc/hostname'), 'utf8'), /^w\b/);
      });
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('a service that is silent costs no more than the budget', async () => {
    await withNetns(1, async (here) => {
      assert.ok(here);
      here.ip('addr', 'add', '169.254.169.254/32', 'dev', 'lo');
      const service = here.start('serve.ts', { ...served, dialects: ['imdsv1'], faults: [{ does: 'silence' }] });
      await service.line(/^ready/);
      const { id, ms } = await answerOf(here.start('guest.ts', { named: ['Ec2'], budgetMs: 1_500 }));
      assert.equal(id, undefined);
      assert.ok(ms < 15_000, `${ms} ms`);
    });
  });
});
