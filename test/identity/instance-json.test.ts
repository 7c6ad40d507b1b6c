import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, toJson } from '../../agent/identity/instance-json.ts';
import { instance } from '../support/facts.ts';

test('an instance comes back as it went in, bytes and all', () => {
  const whole = instance({
    hostname: 'w',
    publicKeys: ['ssh-ed25519 AAAA x'],
    userData: new Uint8Array([0, 1, 255]),
    vendorData: [new Uint8Array([7])],
    metadata: { meta_data: { a: [1, null] } },
    secrets: ['s'],
  });
  assert.deepEqual(fromJson(JSON.parse(JSON.stringify(toJson(whole)))), whole);
});

for (const damaged of [undefined, null, 7, 'x', [], {}, { id: 'i' }, { ...toJson(instance()), vendorData: [7] }]) {
  test(`what is damaged is nobody: ${JSON.stringify(damaged)}`, () => assert.equal(fromJson(damaged), undefined));
}
