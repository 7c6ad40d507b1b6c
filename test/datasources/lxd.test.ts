import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cloud } from '../../agent/datasources/cloud.ts';
import type { Declaration } from '../../agent/datasources/declaration.ts';
import { lxd } from '../../agent/datasources/lxd.ts';
import { readDeclared } from '../../agent/datasources/read-declared.ts';
import { makeHttp } from '../../agent/host/http.ts';
import { asking } from '../support/metadata/asking.ts';
import { datasourceContract } from '../support/metadata/contract.ts';
import { type Description, describe } from '../support/metadata/description.ts';
import { serveMetadata } from '../support/metadata/server.ts';

const me = describe();
const [key = ''] = Object.values(me.keys);
const { from: _socket, ...overTcp } = lxd;

datasourceContract({
  source: cloud('LXD', {}, async (): Promise<Declaration> => overTcp),
  dialect: 'lxd',
  me: { ...me, vendorData: '#cloud-config\n{}\n' },
  identity: /1\.0\/meta-data$/,
  structured: true,
  userData: /cloud-init\.user-data$/,
  requests: 6,
  expected: {
    id: me.id,
    datasource: 'lxd',
    hostname: me.hostname,
    publicKeys: [key],
    userData: new TextEncoder().encode(me.userData),
    vendorData: [new TextEncoder().encode('#cloud-config\n{}\n')],
    secrets: [],
  },
});

/** Fetches through a Unix socket. */
async function fetched(given: Partial<Description>) {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-lxd-'));
  const socket = join(folder, 'sock');
  const service = await serveMetadata(describe(given), { dialects: ['lxd'], socket });
  const { ask, notes } = asking({ web: makeHttp() });
  try {
    return {
      instance: await readDeclared(ask, { ...lxd, from: { socket } }, 'lxd'),
      notes,
      requests: service.requests,
    };
  } finally {
    await service.close();
    await rm(folder, { recursive: true });
  }
}

test('LXD is asked through its socket', async () => {
  const { instance, notes, requests } = await fetched({});
  assert.deepEqual([instance?.id, instance?.publicKeys, notes], [me.id, [key], []]);
  assert.equal(requests[0]?.headers.host, 'lxd');
});

test('LXD: a user with the name of a property of every object keeps the key', async () => {
  const extra = { 'cloud-init.ssh-keys.one': 'constructor:ssh-ed25519 AAAA one' };
  const { instance } = await fetched({ keys: {}, extra });
  assert.deepEqual(Object.entries(instance?.userKeys ?? {}), [['constructor', ['ssh-ed25519 AAAA one']]]);
});

test('LXD: keys of the settings keep their user, and older names of settings are read', async () => {
  const { instance } = await fetched({
    userData: undefined,
    keys: {},
    extra: {
      'cloud-init.ssh-keys.one': 'root:ssh-ed25519 AAAA one',
      'cloud-init.ssh-keys.two': 'bob:ssh-ed25519 AAAA two',
      'cloud-init.ssh-keys.three': 'gh-import',
      'user.user-data': '#!/bin/sh\n',
      'user.network-config': '{"version": 2, "ethernets": {"eth0": {"addresses": ["10.0.0.9/24"]}}}',
    },
  });
  assert.deepEqual(instance?.userKeys, { root: ['ssh-ed25519 AAAA one'], bob: ['ssh-ed25519 AAAA two'] });
  assert.equal(new TextDecoder().decode(instance?.userData), '#!/bin/sh\n');
  assert.deepEqual(
    instance?.network?.map(({ addresses }) => addresses),
    [['10.0.0.9/24']],
  );
});

test('LXD: a network configuration that is no YAML costs itself alone', async () => {
  const { instance, notes } = await fetched({ extra: { 'cloud-init.network-config': 'a: [' } });
  assert.deepEqual([instance?.id, instance?.network], [me.id, undefined]);
  assert.match(notes.join('\n'), /http:\/\/lxd\/1\.0\/config\/cloud-init\.network-config: line 1: .+: left out/);
});
