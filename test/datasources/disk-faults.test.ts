import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { configDrive } from '../../agent/datasources/config-drive.ts';
import { nocloud } from '../../agent/datasources/nocloud.ts';
import { opennebula } from '../../agent/datasources/opennebula.ts';
import { wakame } from '../../agent/datasources/wakame.ts';
import type { Datasource } from '../../agent/metadata/datasource.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import { type Files, fatImage, isoImage, missingTools } from '../support/metadata/images.ts';
import { configDriveFiles, contextFiles, nocloudFiles, wakameFiles } from '../support/metadata/trees.ts';

const me = describe({ vendorData: 'echo vendor', networkData: { version: 2, ethernets: {} } });

/** Invalid contents for a file of a drive. */
const rubbish = {
  empty: '',
  html: '<!DOCTYPE html><title>Log in</title>',
  binary: new Uint8Array([0, 1, 2, 255]),
  'no JSON, YAML or shell': '{"uuid": [',
  'a shell that would run something': "A='1'\nB=$(touch /tmp/never)\n",
  'larger than it may be': 'x'.repeat(2 ** 20 + 1),
} as const;

interface Case {
  readonly source: Datasource;
  readonly label: string;
  readonly files: Files;
  readonly id: string;
  /** The file with the instance-id. */
  readonly identity: string;
  /** Files whose damage costs only their own content. */
  readonly more: readonly string[];
}

const newest = 'openstack/2018-08-27';
const cases: readonly Case[] = [
  {
    source: nocloud,
    label: 'cidata',
    files: nocloudFiles(me),
    id: me.id,
    identity: 'meta-data',
    more: ['user-data', 'vendor-data', 'network-config'],
  },
  {
    source: configDrive,
    label: 'config-2',
    files: configDriveFiles(me),
    id: me.id,
    identity: `${newest}/meta_data.json`,
    more: ['user_data', 'vendor_data.json', 'network_data.json'].map((name) => `${newest}/${name}`),
  },
  {
    source: opennebula,
    label: 'CONTEXT',
    files: { ...contextFiles(me), 'token.txt': 'TOKEN' },
    id: 'one-4711',
    identity: 'context.sh',
    more: ['token.txt'],
  },
  {
    source: wakame,
    label: 'METADATA',
    files: wakameFiles(me),
    id: me.id,
    identity: 'meta-data/instance-id',
    more: ['user-data', 'meta-data/mac', 'meta-data/local-hostname', 'meta-data/public-keys/0/openssh-key'],
  },
];

async function read({ source, label }: Case, files: Files) {
  const image = isoImage(files, label, '-R');
  const { ask, notes, host } = asking({ files: { '/sys/class/block/vdb/size': '99', '/dev/vdb': image } });
  const instance = await source.fetch(ask).catch((error: Error) => error);
  return { instance, notes, host };
}

suite('files of a drive that are not what they should be', { skip: missingTools ?? false }, () => {
  for (const each of cases) {
    for (const [what, content] of Object.entries(rubbish)) {
      test(`${each.source.name}: ${each.identity} is ${what}: nobody's word is taken, and why is told`, async () => {
        const { instance, notes, host } = await read(each, { ...each.files, [each.identity]: content });
        const told = [instance instanceof Error ? instance.message : '', ...notes].join('\n');
        // If a drive has the same data in another format, that is used.
        if (instance && !(instance instanceof Error)) assert.ok([each.id, 'nocloud'].includes(instance.id), told);
        else assert.ok(told.includes(`${each.identity} on /dev/vdb`) || what === 'empty', told);
        assert.deepEqual([host.asked, host.did], [[], []]);
      });

      for (const path of each.more) {
        test(`${each.source.name}: ${path} is ${what}: it costs itself alone`, async () => {
          const { instance, notes } = await read(each, { ...each.files, [path]: content });
          assert.ok(instance && !(instance instanceof Error), String(instance));
          assert.equal(instance.id, each.id);
          for (const note of notes)
            assert.match(
              note,
              new RegExp(
                `^warning: (?:${path} on /dev/vdb: .+: left out|${path} has neither version 1 nor version 2)$`,
              ),
            );
          const reported = notes.length + (instance.networkLeftOut?.length ?? 0);
          if (what === 'html') assert.equal(reported, 1, notes.join('\n'));
        });
      }
    }

    test(`${each.source.name}: a file of more than 16 MiB is told, and costs itself alone`, async () => {
      const path = each.more[0] ?? '';
      const { instance, notes } = await read(each, { ...each.files, [path]: new Uint8Array(2 ** 24 + 1) });
      assert.equal(instance instanceof Error ? instance : instance?.id, each.id);
      assert.deepEqual(notes, [`warning: ${path} on /dev/vdb: more than 16 MiB, which is not read: left out`]);
    });

    test(`${each.source.name}: ${each.identity} of more than 16 MiB keeps nobody from looking on`, async () => {
      const image = isoImage({ ...each.files, [each.identity]: new Uint8Array(2 ** 24 + 1) }, each.label, '-R');
      const { ask, host } = asking({ files: { '/sys/class/block/vdb/size': '99', '/dev/vdb': image } });
      assert.match((await each.source.detect(ask.facts, host, {})) ?? '', /vdb/);
    });

    test(`${each.source.name}: a drive that ends too early hangs nobody and invents nothing`, async () => {
      const image = fatImage(each.files, each.label, { bits: 12 });
      for (let end = 0; end < image.length; end += 40 * 1_024) {
        const { ask } = asking({
          files: { '/sys/class/block/vdb/size': '99', '/dev/vdb': image.subarray(0, end) },
        });
        const instance = await each.source.fetch(ask).catch((error: Error) => error);
        if (instance && !(instance instanceof Error)) assert.equal(instance.id, each.id);
      }
    });
  }
});
