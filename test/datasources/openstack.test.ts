import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { configDrive } from '../../agent/datasources/config-drive.ts';
import { openstack } from '../../agent/datasources/openstack.ts';
import { smartos } from '../../agent/datasources/unsupported.ts';
import { facts } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { asking } from '../support/metadata/asking.ts';
import { type Description, describe } from '../support/metadata/description.ts';
import { configDriveFiles, type Texts, under } from '../support/metadata/trees.ts';

const words = (parts: readonly Uint8Array[] = []) => parts.map((part) => new TextDecoder().decode(part));

async function drive(given: Partial<Description>, change: (files: Texts) => Texts = (files) => files) {
  const files = change(under('/config-drive', configDriveFiles(describe(given))));
  const { ask, notes } = asking({ files });
  return { instance: await configDrive.fetch(ask), notes };
}

suite('what OpenStack tells', () => {
  for (const [vendorData, vendorData2, expected] of [
    [undefined, undefined, []],
    [null, {}, []],
    ['#cloud-config\n{}', undefined, ['#cloud-config\n{}']],
    [['a', 'b'], undefined, ['a', 'b']],
    [{ 'cloud-init': 'a', other: 'x' }, { 'cloud-init': ['b', { 'cloud-init': 'c' }] }, ['a', 'b', 'c']],
    [{ other: { deep: 1 } }, { 'cloud-init': 7 }, []],
  ] as const) {
    test(`vendor-data: ${JSON.stringify([vendorData, vendorData2])}`, async () => {
      const { instance } = await drive({ vendorData, vendorData2 });
      assert.deepEqual(words(instance?.vendorData), expected);
    });
  }

  test('rubbish in what is nice to have costs itself alone', async () => {
    const { instance, notes } = await drive({}, (files) => ({
      ...files,
      '/config-drive/openstack/2018-08-27/network_data.json': '[]',
      '/config-drive/openstack/2018-08-27/vendor_data.json': '{',
    }));
    assert.equal(instance?.id, 'i-0abc');
    assert.deepEqual(notes, [
      'warning: /config-drive/openstack/2018-08-27/vendor_data.json: no JSON: left out',
      'warning: /config-drive/openstack/2018-08-27/network_data.json: no JSON object: left out',
    ]);
  });

  test('no uuid is nobody', async () => {
    await assert.rejects(drive({ extra: { uuid: '' } }), {
      code: 'bad-metadata',
      message: '/config-drive/openstack/2018-08-27/meta_data.json: no uuid in it, so it identifies no instance',
    });
  });

  test('an integer of 19 digits is not rounded', async () => {
    const { instance } = await drive({}, (files) => ({
      ...files,
      '/config-drive/openstack/2018-08-27/meta_data.json':
        '{"uuid": "i-1", "meta": {"n": 6012345678901234567, "m": 7}}',
    }));
    assert.deepEqual(instance?.metadata.meta_data, { uuid: 'i-1', meta: { n: '6012345678901234567', m: 7 } });
  });

  test('keeps its secrets apart, its network, and names what it does not do', async () => {
    const networkData = { links: [{ id: 'b', type: 'bond' }], networks: [], services: [] };
    const extra = {
      admin_pass: 'Adm1n',
      random_seed: 'c2VlZA==',
      files: [{ path: '/etc/x', content_path: '/content/0000' }],
    };
    const { instance, notes } = await drive({ extra, networkData });
    assert.deepEqual(instance?.secrets, ['Adm1n', 'c2VlZA==']);
    assert.deepEqual([instance?.network, instance?.metadata.network_json], [[], networkData]);
    assert.deepEqual(instance?.networkLeftOut, ['bond is not supported: b is left as it is']);
    assert.deepEqual(notes, ['warning: files given with the instance are not supported: /etc/x is not written']);
  });

  test('takes the newest version it knows', async () => {
    const { instance } = await drive({}, (files) => ({
      ...files,
      '/config-drive/openstack/2099-01-01/meta_data.json': '{"uuid": "future"}',
      '/config-drive/openstack/2013-10-17/meta_data.json': '{"uuid": "past"}',
    }));
    assert.equal(instance?.id, 'i-0abc');
  });
});

suite('detect()', () => {
  for (const [source, platform, because] of [
    [openstack, { product: 'OpenStack Nova' }, 'DMI product is OpenStack Nova'],
    [openstack, { product: 'OpenStack Compute' }, 'DMI product is OpenStack Compute'],
    [openstack, { chassis: 'HUAWEICLOUD' }, 'DMI chassis is HUAWEICLOUD'],
    [openstack, { chassis: 'OpenTelekomCloud' }, 'DMI chassis is OpenTelekomCloud'],
    [openstack, { product: 'Standard PC' }, undefined],
    [smartos, { product: 'SmartDC HVM' }, 'DMI product is SmartDC HVM'],
    [smartos, { product: '' }, undefined],
  ] as const) {
    test(`${source.name} in ${JSON.stringify(platform)}: ${because}`, async () => {
      const machine = facts({ platform: { ...facts().platform, ...platform } });
      assert.equal(await source.detect(machine, memoryHost(), {}), because);
    });
  }

  for (const source of [smartos]) {
    test(`${source.name} is named as not done yet, without a request`, async () => {
      const { ask, notes, host } = asking({});
      assert.equal(await source.fetch(ask), undefined);
      assert.match(notes.join(), /^warning: \S.+ is not supported: only the settings of the image are used$/);
      assert.equal(host.asked.length, 0);
    });
  }
});
