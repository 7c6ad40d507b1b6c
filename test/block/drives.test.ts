import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import type { DriveVolume } from '../../agent/block/drive-bytes.ts';
import { drivesLabelled, findDrives } from '../../agent/block/drives.ts';
import { openFat } from '../../agent/block/fat.ts';
import { openIso } from '../../agent/block/iso9660.ts';
import { memoryHost } from '../support/memory-host.ts';
import { bytesIn, type Files, fatImage, isoImage, missingTools } from '../support/metadata/images.ts';

const skip = missingTools ?? false;
const large = new Uint8Array(300_000).map((_, index) => (index * 7) % 251);
const files: Files = {
  'meta-data': 'instance-id: i-1\n',
  'user-data': '#!/bin/sh\necho hi\n',
  empty: '',
  'openstack/latest/meta_data.json': '{"uuid": "u"}',
  'openstack/content/0000': large,
  'a-name-that-is-much-longer-than-eight-and-three.configuration': 'long',
  [`${'d'.repeat(100)}/${'f'.repeat(60)}`]: 'deep',
};
const many: Files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`many/file-number-${n}`, String(n)]));

async function holds(volume: DriveVolume | undefined, expected: Files): Promise<void> {
  assert.ok(volume);
  for (const [path, content] of Object.entries(expected)) {
    const read = await volume.read(path);
    assert.deepEqual(read && Buffer.from(read), Buffer.from(content), path);
  }
}

suite('drives', { skip }, () => {
  for (const options of [
    ['-R'],
    ['-J', '-joliet-long'],
    ['-R', '-J', '-joliet-long'],
    ['-l', '-allow-lowercase', '-relaxed-filenames', '-D'],
  ]) {
    test(`reads ISO 9660 made with ${options.join(' ')}`, async () => {
      const { [`${'d'.repeat(100)}/${'f'.repeat(60)}`]: _, ...short } = { ...files, ...many };
      const plain = options.includes('-relaxed-filenames') ? { 'meta-data': files['meta-data'] ?? '' } : undefined;
      const given = plain ?? (options.includes('-R') ? { ...files, ...many } : short);
      const volume = await openIso(bytesIn(isoImage(given, 'cidata', ...options)));
      assert.deepEqual(volume?.labels, ['cidata']);
      await holds(volume, given);
    });
  }

  for (const bits of [12, 16, 32] as const) {
    for (const partitionAt of [undefined, 63, 2048]) {
      test(`reads FAT${bits} ${partitionAt === undefined ? 'on the whole disk' : `in a partition at ${partitionAt}`}`, async () => {
        const image = fatImage({ ...files, ...many }, 'CONFIG-2', {
          bits,
          ...(partitionAt !== undefined && { partitionAt }),
        });
        const [drive, ...more] = await findDrives(machineWith({ vdb: image }));
        assert.deepEqual([drive?.path, drive?.volume.labels, more], ['/dev/vdb', ['CONFIG-2'], []]);
        await holds(drive?.volume, { ...files, ...many });
      });
    }
  }

  test('finds nothing of a file that was deleted', async () => {
    const volume = await openFat(bytesIn(fatImage(files, 'X', { deleted: ['meta-data', 'empty'] })));
    assert.equal(await volume?.read('meta-data'), undefined);
    const { 'meta-data': _, empty: __, ...left } = files;
    await holds(volume, left);
  });

  test('takes names that differ in case for the same, and finds nothing where there is nothing', async () => {
    const volume = await openFat(bytesIn(fatImage(files, 'X')));
    assert.equal(String(await volume?.read('META-DATA').then((body) => body && Buffer.from(body))), files['meta-data']);
    for (const path of ['nothing', 'meta-data/below', 'openstack', ''])
      assert.equal(await volume?.read(path), undefined);
    assert.deepEqual(await volume?.list('openstack'), ['content', 'latest']);
    assert.deepEqual(await volume?.list('nothing'), []);
  });

  test('knows drives by label in any case, whole disks before partitions, and leaves the rest alone', async () => {
    const seed = isoImage(files, 'cidata', '-R');
    const host = machineWith({
      vda: new Uint8Array(100_000),
      vda1: seed,
      vdb: seed,
      sr0: fatImage(files, 'OTHER'),
      fd0: seed,
      sr1: undefined,
    });
    assert.deepEqual(
      (await drivesLabelled(host, 'CIDATA')).map(({ path }) => path),
      ['/dev/vdb', '/dev/vda1'],
    );
  });

  for (const [name, image, open] of [
    ['iso9660', () => isoImage(files, 'cidata', '-R', '-J', '-joliet-long'), openIso],
    ['vfat', () => fatImage(files, 'cidata', { bits: 12 }), openFat],
  ] as const) {
    test(`is not misled by a damaged ${name}: it ends, and throws nothing`, async () => {
      const good = image();
      let seed = 7;
      const random = (below: number): number => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        return seed % below;
      };
      for (let round = 0; round < 100; round++) {
        const bad = Buffer.from(good);
        for (let hit = 0; hit < 1 + random(200); hit++)
          bad[random(round % 2 ? 80_000 : 4_096) + (name === 'vfat' ? 0 : 32_768)] = random(256);
        const volume = await open(bytesIn(bad));
        await volume?.list('openstack');
        for (const path of Object.keys(files)) await volume?.read(path);
      }
    });
  }
});

function machineWith(images: Readonly<Record<string, Uint8Array | undefined>>) {
  const entries = Object.entries(images).flatMap(([name, image]): [string, string | Uint8Array][] => [
    [`/sys/class/block/${name}/size`, String((image?.length ?? 0) / 512)],
    ...(/^vd.\d$/.test(name) ? [[`/sys/class/block/${name}/partition`, '1'] as [string, string]] : []),
    ...(image ? [[`/dev/${name}`, image] as [string, Uint8Array]] : []),
  ]);
  return memoryHost({ files: Object.fromEntries(entries) });
}
