import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { configDrive } from '../../agent/datasources/config-drive.ts';
import { nocloud } from '../../agent/datasources/nocloud.ts';
import { opennebula } from '../../agent/datasources/opennebula.ts';
import { wakame } from '../../agent/datasources/wakame.ts';
import type { Datasource, Instance } from '../../agent/metadata/datasource.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import { fatImage, isoImage, missingTools } from '../support/metadata/images.ts';
import {
  configDriveFiles,
  contextFiles,
  nocloudFiles,
  type Texts,
  under,
  wakameFiles,
} from '../support/metadata/trees.ts';

const me = describe();
const [key = ''] = Object.values(me.keys);
const userData = new TextEncoder().encode(me.userData);
const common = { id: me.id, hostname: me.hostname, publicKeys: [key], userData, vendorData: [], secrets: [] };

const eth0 = {
  mac: me.mac,
  dhcp4: false,
  dhcp6: false,
  addresses: [`${me.address}/24`],
  gateways: [],
  routes: [],
  dns: [],
  search: [],
};

const cases: readonly {
  readonly source: Datasource;
  readonly label: string;
  readonly files: Texts;
  readonly expected: Partial<Instance>;
  /** A file without which there is no instance, its invalid content, and the message about it. */
  readonly spoilt: readonly [string, string, RegExp];
}[] = [
  {
    source: nocloud,
    label: 'cidata',
    files: nocloudFiles(me),
    expected: { ...common, datasource: 'nocloud' },
    spoilt: ['meta-data', 'a: [', /^warning: meta-data on \/dev\/vdb: line 1: .+: not a valid seed, left out$/],
  },
  {
    source: configDrive,
    label: 'config-2',
    files: configDriveFiles(me),
    expected: { ...common, datasource: 'config-drive', zone: me.zone, launchIndex: 0 },
    spoilt: [
      'openstack/2018-08-27/meta_data.json',
      '{"uuid": ',
      /^warning: openstack\/2018-08-27\/meta_data.json on \/dev\/vdb: no JSON: openstack\/latest is used instead$/,
    ],
  },
  {
    source: configDrive,
    label: 'CONFIG-2',
    files: Object.fromEntries(Object.entries(configDriveFiles(me)).filter(([path]) => path.startsWith('ec2/'))),
    expected: { ...common, datasource: 'config-drive', zone: me.zone },
    spoilt: ['ec2/latest/meta-data.json', '[]', /^ec2\/latest\/meta-data.json on \/dev\/vdb: no JSON object$/],
  },
  {
    source: opennebula,
    label: 'CONTEXT',
    files: contextFiles(me),
    expected: { ...common, id: 'one-4711', datasource: 'opennebula', network: [eth0], ready: undefined },
    spoilt: [
      'context.sh',
      "A='1'\nB=$(reboot)\n",
      /^context.sh on \/dev\/vdb: line 2: a substitution would be made, so it is not used$/,
    ],
  },
  {
    source: wakame,
    label: 'METADATA',
    files: wakameFiles(me),
    expected: { ...common, datasource: 'wakame' },
    spoilt: [
      'meta-data/instance-id',
      '<!DOCTYPE html>',
      /^meta-data\/instance-id on \/dev\/vdb: a web page where metadata was expected$/,
    ],
  },
];

const disk = (image: Uint8Array) => ({ '/sys/class/block/vdb/size': '99', '/dev/vdb': image });

suite('sources on drives', { skip: missingTools ?? false }, () => {
  for (const { source, label, files, expected, spoilt } of cases) {
    const images = {
      'ISO 9660 with Rock Ridge': (given: Texts) => isoImage(given, label, '-R'),
      'ISO 9660 with Joliet': (given: Texts) => isoImage(given, label, '-J'),
      vfat: (given: Texts) => fatImage(given, label, { bits: 12 }),
      'a partition of vfat': (given: Texts) => fatImage(given, label, { bits: 32, partitionAt: 63 }),
    };
    for (const [form, make] of Object.entries(images)) {
      test(`${source.name} is read from ${form} labelled ${label}, without a request`, async () => {
        const { ask, host, notes } = asking({ files: disk(make(files)) });
        assert.match((await source.detect(ask.facts, host, {})) ?? '', new RegExp(`^/dev/vdb is labelled ${label}`));
        const found = await source.fetch(ask);
        assert.ok(found);
        const { metadata, ...instance } = found;
        assert.deepEqual(instance, expected);
        assert.ok(metadata.meta_data);
        assert.deepEqual([host.asked, notes, host.did], [[], [], []]);
      });
    }

    test(`${source.name} tells which file is spoilt (${label})`, async () => {
      const [path, text, message] = spoilt;
      const { ask, notes } = asking({ files: disk(fatImage({ ...files, [path]: text }, label, { bits: 12 })) });
      const found = await source.fetch(ask).catch((error: Error) => error);
      assert.match(found instanceof Error ? found.message : notes.join('\n'), message);
      // An older tree of a config drive provides the instance instead; a seed that is invalid is none.
      const results = new Map([
        ['config-2', me.id],
        ['cidata', undefined],
      ]);
      const expected = results.has(label) ? results.get(label) : 'error';
      assert.equal(found instanceof Error ? 'error' : found?.id, expected);
    });
  }

  test('a drive with another tree under the label is nobody', async () => {
    for (const { source, label } of cases) {
      const { ask } = asking({ files: disk(fatImage({ readme: 'hello' }, label, { bits: 12 })) });
      assert.equal(await source.fetch(ask), undefined, source.name);
    }
  });
});

suite('sources in folders', () => {
  for (const [source, folder, files, id] of [
    [nocloud, '/var/lib/cloud/seed/nocloud', nocloudFiles(me), me.id],
    [nocloud, '/var/lib/bootagent/seed', nocloudFiles(me), me.id],
    [configDrive, '/var/lib/cloud/seed/config_drive', configDriveFiles(me), me.id],
    [opennebula, '/var/lib/cloud/seed/opennebula', contextFiles(me), 'one-4711'],
  ] as const) {
    test(`${source.name} is read from ${folder}`, async () => {
      const { ask } = asking({ files: under(folder, files) });
      const instance = await source.fetch(ask);
      assert.deepEqual([instance?.id, instance?.hostname, instance?.publicKeys], [id, me.hostname, [key]]);
    });
  }
});
