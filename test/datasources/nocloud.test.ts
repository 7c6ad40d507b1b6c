import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { nocloud, nocloudNet } from '../../agent/datasources/nocloud.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import { isoImage, missingTools } from '../support/metadata/images.ts';
import { serveMetadata } from '../support/metadata/server.ts';
import { nocloudFiles, under } from '../support/metadata/trees.ts';

const folder = '/var/lib/cloud/seed/nocloud';
const words = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

async function found(options: Parameters<typeof asking>[0], source = nocloud) {
  const { ask, notes } = asking(options);
  const instance = await source.fetch(ask);
  return {
    because: await source.detect(ask.facts, ask.host, ask.settings),
    id: instance?.id,
    hostname: instance?.hostname,
    keys: instance?.publicKeys,
    userData: words(instance?.userData),
    notes,
  };
}

const seed = (metaData: string, userData?: string, where = folder) => ({
  [`${where}/meta-data`]: metaData,
  ...(userData !== undefined && { [`${where}/user-data`]: userData }),
});

suite('nocloud', () => {
  for (const [name, options, expected] of [
    ['a folder', { files: seed('instance-id: a\nlocal-hostname: h\n', '#!/bin/sh\n') }, ['a', 'h', '#!/bin/sh\n']],
    ['a folder with empty meta-data', { files: seed('', 'x') }, ['nocloud', undefined, 'x']],
    ['an instance-id that is a number', { files: seed('instance-id: 0123\n') }, ['83', undefined, undefined]],
    [
      'the command line, over the folder',
      {
        files: seed('instance-id: a\nlocal-hostname: h\n'),
        platform: { kernelCommandLine: 'ro ds=nocloud;i=b quiet' },
      },
      ['b', 'h', undefined],
    ],
    [
      'the serial number, over the command line',
      { platform: { serial: 'ds=nocloud;i=c;h=x', kernelCommandLine: '"ds=nocloud;i=b;local-hostname=y"' } },
      ['c', 'x', undefined],
    ],
    ['our own word for it', { platform: { kernelCommandLine: 'bootagent.ds=nocloud;i=b;h=o' } }, ['b', 'o', undefined]],
    [
      'the settings after the folder: its ids stand, its user-data not',
      {
        files: seed('instance-id: a\n', 'one'),
        settings: { 'meta-data': { 'instance-id': 's', 'local-hostname': 't' }, 'user-data': 'two' },
      },
      ['a', 't', 'two'],
    ],
    [
      'a tree that the command line names, in a folder',
      {
        files: {
          ...seed('instance-id: a\n', 'one'),
          ...seed('instance-id: z\nlocal-hostname: tree\n', 'three', '/seeds/m'),
        },
        platform: { kernelCommandLine: 'ds=nocloud;s=file:///seeds/m/' },
      },
      ['a', 'tree', 'three'],
    ],
    [
      'a tree named by what firmware says',
      {
        files: { ...seed('instance-id: z\n', 'three', '/seeds/S-1/pc'), '/sys/class/dmi/id/board_serial': 'pc\n' },
        platform: {
          serial: 'S-1',
          kernelCommandLine: 'ds=nocloud;s=/seeds/__dmi.system-serial-number__/__dmi.baseboard-serial__/',
        },
      },
      ['z', undefined, 'three'],
    ],
  ] as const) {
    test(`is read from ${name}`, async () => {
      const { id, hostname, userData, because } = await found(options);
      assert.deepEqual([id, hostname, userData], expected);
      assert.ok(because);
    });
  }

  test('a disk comes last: ids before it stand, its user-data is taken', { skip: missingTools ?? false }, async () => {
    const image = isoImage(
      { 'meta-data': 'instance-id: d\nlocal-hostname: disk\n', 'user-data': 'disk' },
      'CIDATA',
      '-J',
    );
    const files = { ...seed('instance-id: a\n', 'one'), '/sys/class/block/sr0/size': '9', '/dev/sr0': image };
    const { id, hostname, userData } = await found({ files });
    assert.deepEqual([id, hostname, userData], ['a', 'disk', 'disk']);
    assert.equal((await found({ files, settings: { fs_label: 'other' } })).hostname, undefined);
  });

  for (const [keys, expected] of [
    ['public-keys: "ssh-rsa AAAA a\\nssh-rsa BBBB b"', ['ssh-rsa AAAA a', 'ssh-rsa BBBB b']],
    ['public-keys: [ssh-rsa AAAA a, "# no", 7]', ['ssh-rsa AAAA a']],
    ['public-keys: {a: ssh-rsa AAAA a}', ['ssh-rsa AAAA a']],
    ['public-keys: {0: {openssh-key: ssh-rsa AAAA a}}', ['ssh-rsa AAAA a']],
    ['public-keys: ~', []],
  ] as const) {
    test(`takes keys in any form: ${keys}`, async () => {
      assert.deepEqual((await found({ files: seed(`${keys}\n`) })).keys, expected);
    });
  }

  test('finds nobody where there is nothing', async () => {
    const { because, id } = await found({});
    assert.deepEqual([because, id], [undefined, undefined]);
  });

  test('tells a seed that is no YAML, and stands on the others', async () => {
    const files = { ...seed('a: [\n'), ...seed('instance-id: e\n', 'x', '/seeds') };
    const { id, notes } = await found({ files, platform: { kernelCommandLine: 'ds=nocloud;s=/seeds' } });
    assert.equal(id, 'e');
    assert.match(
      notes[0] ?? '',
      /^warning: \/var\/lib\/cloud\/seed\/nocloud\/meta-data: line \d: .+: not a valid seed, left out$/,
    );
  });

  test('refuses a tree that lies where nothing can be fetched from', async () => {
    await assert.rejects(found({ platform: { kernelCommandLine: 'ds=nocloud;s=ftp://h/' } }), {
      code: 'bad-metadata',
      message: 'ftp://h/: no place a seed can be fetched from: a path, file://, http:// and https:// are',
    });
  });

  test('a tree on the network waits for the network', async () => {
    const service = await serveMetadata(describe(), { dialects: ['nocloud'] });
    try {
      const options = { platform: { kernelCommandLine: `ds=nocloud-net;s=${service.url}/seed/` } };
      assert.deepEqual([(await found(options)).because, (await found(options)).id], [undefined, undefined]);
      assert.equal(service.requests.length, 0);
      const { because, id } = await found(options, nocloudNet);
      assert.deepEqual([because, id], ['the kernel command line names a seed', 'i-0abc']);
    } finally {
      await service.close();
    }
  });

  test('a folder that is named is the only place', async () => {
    const files = { ...under('/s', nocloudFiles(describe())), ...seed('instance-id: a\n') };
    assert.equal((await found({ files, seed: '/s' })).id, 'i-0abc');
    assert.equal((await found({ files, seed: '/nothing' })).id, undefined);
  });
});
