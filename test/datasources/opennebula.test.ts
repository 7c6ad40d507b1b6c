import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { opennebula } from '../../agent/datasources/opennebula.ts';
import { asking } from '../support/metadata/asking.ts';

async function told(context: string, more: Readonly<Record<string, string>> = {}, platform = {}) {
  const { ask, notes } = asking({ files: { '/context/context.sh': context, ...more }, platform });
  const instance = await opennebula.fetch(ask);
  assert.ok(instance);
  return { ...instance, notes };
}

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

suite('opennebula', () => {
  for (const [context, hostname] of [
    ["SET_HOSTNAME='a'\nHOSTNAME='b'\nETH0_IP='10.0.0.1'\n", 'a'],
    ["SET_HOSTNAME=''\nHOSTNAME='b'\n", 'b'],
    ["PUBLIC_IP='192.0.2.1'\nETH0_IP='10.0.0.1'\n", 'ip-192-0-2-1'],
    ["ETH0_IP='10.0.0.1'\n", 'ip-10-0-0-1'],
    ['SET_HOSTNAME=\'"one-apps-11114"\'\n', 'one-apps-11114'],
    ["A='b'\n", undefined],
  ] as const) {
    test(`the hostname of ${JSON.stringify(context)} is ${hostname}`, async () => {
      assert.equal((await told(context)).hostname, hostname);
    });
  }

  for (const [context, uuid, id] of [
    ["VMID='7'\n", 'u', 'one-7'],
    ["A='b'\n", '', 'iid-dsopennebula'],
  ] as const) {
    test(`the id of ${JSON.stringify(context)}`, async () => {
      assert.equal((await told(context, {}, { uuid })).id, id);
    });
  }

  for (const [context, name] of [
    ["USERDATA='I2Nsb3VkLW#'\nUSERDATA_ENCODING='base64'\n", 'USERDATA'],
    ["START_SCRIPT_BASE64='not base64!'\n", 'START_SCRIPT_BASE64'],
  ] as const) {
    test(`invalid base64 in ${name} is left out and reported`, async () => {
      const { userData, vendorData, notes } = await told(context);
      assert.deepEqual([userData, vendorData], [undefined, []]);
      assert.ok(JSON.stringify(notes).includes(`${name}: invalid base64: left out`), JSON.stringify(notes));
    });
  }

  test('two sites that count alike have different ids, and so have two clones without a number', async () => {
    const [one, other] = await Promise.all(
      ['a', 'b'].map((host) => told(`VMID='7'\nONEGATE_ENDPOINT='http://${host}'\n`)),
    );
    assert.match(one?.id ?? '', /^one-[0-9a-f]{8}-7$/);
    assert.notEqual(one?.id, other?.id);
    const clones = await Promise.all(['u1', 'u2'].map((uuid) => told("A='b'\n", {}, { uuid })));
    assert.notEqual(clones[0]?.id, clones[1]?.id);
  });

  for (const [context, userData] of [
    ["USER_DATA='#cloud-config'\nUSERDATA='x'\n", '#cloud-config'],
    ["USERDATA='I2Nsb3VkLWNvbmZpZwo='\nUSERDATA_ENCODING='base64'\n", '#cloud-config\n'],
    ["USERDATA='I2Nsb3VkLWNvbmZpZwo='\nUSER_DATA_ENCODING='base64'\n", '#cloud-config\n'],
    ["USERDATA='I2Nsb3VkLWNvbmZpZwo='\n", 'I2Nsb3VkLWNvbmZpZwo='],
    ["USERDATA=''\n", undefined],
  ] as const) {
    test(`the user-data of ${JSON.stringify(context)}`, async () => {
      assert.equal(text((await told(context)).userData), userData);
    });
  }

  test('keys: one a line, the first name that is set', async () => {
    const keys = "SSH_PUBLIC_KEY='ssh-rsa AAAA a\n# no\n\nssh-ed25519 BBBB b'\nEC2_PUBLIC_KEY='ssh-rsa CCCC c'\n";
    assert.deepEqual((await told(keys)).publicKeys, ['ssh-rsa AAAA a', 'ssh-ed25519 BBBB b']);
    assert.deepEqual((await told(`SSH_KEY='ssh-rsa DDDD d'\n${keys}`)).publicKeys, ['ssh-rsa DDDD d']);
  });

  test('a start script is vendor-data, in either form', async () => {
    const [plain] = (await told("START_SCRIPT='echo hi'\n")).vendorData;
    const [encoded] = (await told(`START_SCRIPT_BASE64='${btoa('#!/bin/sh\necho hi\n')}'\n`)).vendorData;
    assert.deepEqual([text(plain), text(encoded)], ['#!/bin/bash\necho hi', '#!/bin/sh\necho hi\n']);
  });

  test('passwords and tokens are secret, and what is not supported is told', async () => {
    const found = await told("PASSWORD='pw'\nONEGATE_TOKEN='tok'\nGROW_FS='/ /data'\n");
    assert.deepEqual(found.secrets, ['pw', 'tok', 'tok']);
    assert.deepEqual(found.notes, [
      'warning: PASSWORD is not supported: left out',
      'warning: GROW_FS is not supported: left out',
    ]);
  });
});
