import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { fingerprint } from '../../agent/identity/fingerprint.ts';
import { facts } from '../support/facts.ts';
import { type Given, memoryHost } from '../support/memory-host.ts';
import { describe } from '../support/metadata/description.ts';
import { isoImage, missingTools } from '../support/metadata/images.ts';
import { nocloudFiles } from '../support/metadata/trees.ts';

const print = (platform: object = {}, given: Given = {}, more: object = {}) =>
  fingerprint(facts({ platform: { ...facts().platform, ...platform }, ...more }), memoryHost(given));

const network = (mac: string) => ({
  network: { ...facts().network, interfaces: [{ name: 'eth0', mac, addresses: [] }] },
});
const zeros = { uuid: '00000000-0000-0000-0000-000000000000' };

suite('the fingerprint of a machine', () => {
  test('is the same at every boot, whatever its address and kernel', async () => {
    assert.equal(
      await print(),
      await print({ kernel: '6.12', kernelCommandLine: 'quiet' }, {}, network('02:00:00:00:00:01')),
    );
  });

  for (const [name, one, other] of [
    ['another uuid', print(), print({ uuid: '6f3a1c9e-0000-4000-8000-000000000002' })],
    ['another serial', print(), print({ serial: 'x' })],
    ['another seed line', print(), print({ kernelCommandLine: 'ro ds=nocloud;i=2' })],
    ['a seed', print(), print({}, { files: { '/var/lib/cloud/seed/nocloud/meta-data': 'instance-id: 1' } })],
    [
      'a changed context of OpenNebula',
      print({}, { files: { '/context/context.sh': "VMID='7'\nUSERDATA='a'\n" } }),
      print({}, { files: { '/context/context.sh': "VMID='7'\nUSERDATA='b'\n" } }),
    ],
    ['another card, where firmware is silent', print(zeros, {}, network('02:00:00:00:00:01')), print(zeros)],
  ] as const) {
    test(`differs by ${name}`, async () => assert.notEqual(await one, await other));
  }

  test('differs by what a drive says', { skip: missingTools ?? false }, async () => {
    const on = (id: string): Given => ({
      files: { '/sys/class/block/sr0/size': '9', '/dev/sr0': isoImage(nocloudFiles(describe({ id })), 'cidata', '-R') },
    });
    assert.equal(await print({}, on('a')), await print({}, on('a')));
    assert.notEqual(await print({}, on('a')), await print({}, on('b')));
  });
});
