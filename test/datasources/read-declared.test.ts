import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { akamai } from '../../agent/datasources/akamai.ts';
import type { Declaration } from '../../agent/datasources/declaration.ts';
import { digitalocean } from '../../agent/datasources/digitalocean.ts';
import { exoscale } from '../../agent/datasources/exoscale.ts';
import { hetzner } from '../../agent/datasources/hetzner.ts';
import { oracle } from '../../agent/datasources/oracle.ts';
import { readDeclared, readDeclaredValue } from '../../agent/datasources/read-declared.ts';
import { scaleway } from '../../agent/datasources/scaleway.ts';
import { vultr } from '../../agent/datasources/vultr.ts';
import type { Response } from '../../agent/host/host.ts';
import type { Instance } from '../../agent/metadata/datasource.ts';
import { asking } from '../support/metadata/asking.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice';
const root = 'http://169.254.169.254';

type Answers = Readonly<Record<string, string | number | object>>;

/** Fetches from a service with these answers, by path; a number is a status. */
async function fetched(declared: Declaration, answers: Answers, attempts = 1) {
  const web = async ({ url }: { url: string }): Promise<Response> => {
    const answer = answers[/^\w+:\/\/[^/]+(.*)$/.exec(url)?.[1] ?? ''] ?? 404;
    const body = typeof answer === 'number' ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer);
    const status = typeof answer === 'number' ? answer : 200;
    return { status, headers: {}, body: new TextEncoder().encode(body) };
  };
  const { ask, notes, host } = asking({ web, settings: { attempts, password_server_port: 1 } });
  const instance = await readDeclared(ask, declared, 'cloud').catch((error: Error) => error);
  return { instance, notes, host, ask };
}

suite('readDeclared(): bad input is named with its URL and field, and the rest is used', () => {
  const good = { droplet_id: 7, hostname: 'w', public_keys: [key], user_data: '#!/bin/sh\n', region: 'nyc3' };
  const path = '/metadata/v1.json';
  for (const [claim, more, expected, notes] of [
    ['a name that is no text', { hostname: { a: 1 } }, { hostname: undefined }, ['"hostname": not a text: left out']],
    [
      'user-data that is no text',
      { user_data: { a: 1 } },
      { userData: undefined },
      ['"user_data": not a text: left out'],
    ],
    ['keys that are a number', { public_keys: 7 }, { publicKeys: [] }, ['"public_keys" has no keys: it is a number']],
    ['one key as a text', { public_keys: `${key}\n` }, {}, []],
    ['keys that are no keys: the module judges them', { public_keys: [key, 'x'] }, { publicKeys: [key, 'x'] }, []],
    [
      'null for everything',
      { hostname: null, user_data: null, region: null, public_keys: null },
      { publicKeys: [] },
      [],
    ],
    ['interfaces that are a text', { interfaces: 'eth0' }, { network: undefined }, []],
    [
      'a network card without MAC',
      { interfaces: { public: [{}] } },
      { network: undefined, networkLeftOut: ['an interface has neither a name nor a MAC address'] },
      [],
    ],
  ] as const) {
    test(claim, async () => {
      const { instance, notes: told } = await fetched(digitalocean, { [path]: { ...good, ...more } });
      assert.ok(instance && !(instance instanceof Error), String(instance));
      const wanted: Partial<Instance> = { id: '7', publicKeys: [key], ...expected };
      for (const [name, value] of Object.entries(wanted))
        assert.deepEqual(instance[name as keyof Instance], value, name);
      const where = (note: string) => (note.startsWith('"') ? `warning: ${root}${path}: ${note}` : `warning: ${note}`);
      assert.deepEqual(told, notes.map(where));
    });
  }

  for (const [claim, declared, answers, message] of [
    [
      'no id',
      digitalocean,
      { [path]: { hostname: 'w' } },
      `${root}${path}: no "droplet_id" in it, so it identifies no instance`,
    ],
    [
      'an empty id',
      vultr,
      { '/v1.json': { 'instance-v2-id': ' ' } },
      `${root}/v1.json: no "instance-v2-id" in it, so it identifies no instance`,
    ],
    [
      'an id of several words',
      oracle,
      { '/opc/v2/instance/': { id: 'a b' } },
      `${root}/opc/v2/instance/: "id" is no instance-id: that is one word`,
    ],
    [
      'a login page',
      digitalocean,
      { [path]: '<!DOCTYPE html><title>Log in' },
      /^GET http:\S+v1\.json: a web page where metadata was expected; gave up/,
    ],
    ['a list instead of a document', digitalocean, { [path]: '[]' }, /^GET http:\S+v1\.json: no JSON object; gave up/],
    [
      'a text instead of a YAML document',
      hetzner,
      { '/hetzner/v1/metadata': 'busy' },
      /^GET http:\S+metadata: no YAML mapping; gave up/,
    ],
    ['a token refused', akamai, { '/v1/token': 403 }, `PUT ${root}/v1/token: answered 403`],
    ['no token service', akamai, {}, `PUT ${root}/v1/token: answered 404 instead of a token`],
    ['a token of two words', akamai, { '/v1/token': 'a b' }, /^PUT http:\S+token: no token; gave up/],
    [
      'a token that never works',
      akamai,
      { '/v1/token': 't', '/v1/instance': 401 },
      `${root}/v1/instance: answered 401 even to a fresh token`,
    ],
  ] as const) {
    test(`${claim} is a problem that says so`, async () => {
      const { instance } = await fetched(declared, answers);
      assert.ok(instance instanceof Error);
      if (typeof message === 'string') assert.equal(instance.message, message);
      else assert.match(instance.message, message);
    });
  }

  test('a service that knows no document is reported', async () => {
    const { instance, notes } = await fetched(oracle, {});
    assert.equal(instance, undefined);
    assert.deepEqual(notes, [
      `warning: ${root}/opc/v2/instance/: not there, so the service does not know this instance`,
    ]);
  });

  for (const [claim, coded, decoded, notes] of [
    ['base64', 'IyEvYmluL3No', '#!/bin/sh', []],
    ['base64 with line breaks', 'IyEvYmlu\nL3No\n', '#!/bin/sh', []],
    [
      'broken base64',
      '#cloud-config',
      undefined,
      [`${root}/opc/v2/instance/: "metadata.user_data": invalid base64: left out`],
    ],
    [
      'base64 that is cut',
      'IyEvYmluL3N',
      undefined,
      [`${root}/opc/v2/instance/: "metadata.user_data": invalid base64: left out`],
    ],
  ] as const) {
    test(`user-data in ${claim}`, async () => {
      const metadata = { user_data: coded, ssh_authorized_keys: key };
      const { instance, notes: told } = await fetched(oracle, { '/opc/v2/instance/': { id: 'i', metadata } });
      assert.ok(instance && !(instance instanceof Error));
      assert.deepEqual(instance.publicKeys, [key]);
      assert.equal(instance.userData && new TextDecoder().decode(instance.userData), decoded);
      assert.deepEqual(
        told,
        notes.map((note) => `warning: ${note}`),
      );
    });
  }

  test('Hetzner: user-data is decoded only where all of it is base64', async () => {
    for (const [given, expected] of [
      ['#cloud-config\n{}\n', '#cloud-config\n{}\n'],
      [Buffer.from('#!/bin/sh').toString('base64'), '#!/bin/sh'],
    ] as const) {
      const { instance } = await fetched(hetzner, {
        '/hetzner/v1/metadata': 'instance-id: 1',
        '/hetzner/v1/userdata': given,
      });
      assert.ok(instance && !(instance instanceof Error));
      assert.equal(new TextDecoder().decode(instance.userData), expected);
    }
  });

  test('Vultr: an empty list is no user-data', async () => {
    const { instance, notes } = await fetched(vultr, { '/v1.json': { 'instance-v2-id': 'i', 'user-data': [] } });
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual([instance.userData, notes], [undefined, []]);
  });

  test('Akamai: keys of other users keep their user', async () => {
    const answers = {
      '/v1/token': 't',
      '/v1/instance': { id: 1 },
      '/v1/ssh-keys': { users: { root: [key], bob: ['b'] } },
    };
    const { instance } = await fetched(akamai, answers);
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual([instance.publicKeys, instance.userKeys], [[key], { bob: ['b'] }]);
  });

  test('Akamai: without keys and user-data the instance is known all the same', async () => {
    const { instance } = await fetched(akamai, { '/v1/token': 't', '/v1/instance': { id: 1, label: 'w' } });
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual([instance.id, instance.hostname, instance.publicKeys], ['1', 'w', []]);
  });

  test('Scaleway: keys come from the account and from tags', async () => {
    const document = {
      id: 'i',
      ssh_public_keys: [{ key, fingerprint: 'f' }],
      tags: ['AUTHORIZED_KEY=ssh-rsa_AAAA', 'x'],
    };
    const { instance } = await fetched(scaleway, { '/conf?format=json': document });
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual(instance.publicKeys, [key, 'ssh-rsa AAAA']);
  });

  test('an address with "%25*" is asked on each interface', async () => {
    const { ask, host } = asking({
      web: async () => Promise.reject(new Error('refused')),
      files: { '/sys/class/net/lo/address': '', '/sys/class/net/eth0/address': '', '/sys/class/net/eth1/address': '' },
    });
    await readDeclared(ask, { ...hetzner, endpoints: ['http://[fe80::1%25*]'] }, 'hetzner').catch(() => undefined);
    assert.deepEqual(
      host.asked.slice(0, 1).map(({ url }) => url),
      ['http://[fe80::1%25eth0]/hetzner/v1/metadata'],
    );
  });

  test('query reads other values of a path tree, and none where there is no tree', async () => {
    const { ask } = await fetched(exoscale, { '/1.0/meta-data/service-offering': 'Small' });
    assert.equal(await readDeclaredValue(ask, exoscale, 'service-offering'), 'Small');
    assert.equal(await readDeclaredValue(ask, oracle, 'shape'), undefined);
  });
});
