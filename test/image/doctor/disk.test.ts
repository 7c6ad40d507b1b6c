import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bytesOf } from '../../../agent/block/image-bytes.ts';
import { unpackedImage } from '../../../agent/block/qcow2.ts';
import { linux } from '../../../agent/host/linux.ts';
import { diskChecks } from '../../../agent/image/doctor/disk.ts';
import { type Layout, layoutOf } from '../../../agent/image/doctor/disk-layout.ts';
import { examine } from '../../../agent/image/doctor/examine.ts';
import type { FstabLine } from '../../../agent/image/fstab.ts';

const MiB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'doctor-disk-'));
after(() => rmSync(folder, { recursive: true }));
const host = linux({ root: '/', offline: false });
const path = process.env.PATH?.concat(':/usr/sbin:/sbin');
const run = (name: string, args: readonly string[], input = '') =>
  execFileSync(name, args, { input, stdio: 'pipe', env: { ...process.env, PATH: path } });
const lacks = (...names: readonly string[]): string | false => {
  const missing = names.filter((name) => spawnSync(name, ['--version'], { env: { PATH: path } }).error);
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : false;
};

function sized(file: string, bytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, bytes);
}

/** Makes a disk image with partitions, by sfdisk, and file systems in them, by their mkfs programs. */
function image(
  name: string,
  mebibytes: number,
  script: string,
  makes: Readonly<Record<number, readonly string[]>> = {},
) {
  const file = join(folder, name);
  sized(file, mebibytes * MiB);
  if (script !== '') run('sfdisk', ['--quiet', file], script);
  for (const [start, [program = '', ...args]] of Object.entries(makes)) {
    const part = join(folder, 'part');
    const size = Number(args.pop());
    sized(part, size * MiB);
    run(program, [...args, part]);
    run('dd', [`if=${part}`, `of=${file}`, 'bs=1M', `seek=${start}`, 'conv=notrunc,sparse', 'status=none']);
    rmSync(part);
  }
  return file;
}

const layout = async (file: string, fstab: readonly FstabLine[] = []): Promise<Layout> =>
  layoutOf(await unpackedImage(await bytesOf(file, host), file), fstab);
const found = async (disk: Layout): Promise<Record<string, readonly string[]>> => {
  const findings = await examine(diskChecks, { disk, tree: { notChecked: '' } });
  return Object.fromEntries(findings.flatMap((each) => (each.is === 'found' ? [[each.check.name, each.what]] : [])));
};
const plain = ({ slices }: Layout) =>
  slices.map(({ number, start, size, is, contents }) => [number, start / MiB, size / MiB, is, contents?.type]);

function bootCode(file: string): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.from([0xeb, 0x63, 0x90]), 0, 3, 0);
  closeSync(fd);
}

describe('a disk', { skip: lacks('sfdisk', 'mkfs.ext4', 'dd') }, () => {
  test('with one root partition that its file system fills: nothing to find', async () => {
    const file = image('one', 64, 'label: dos\nstart=1MiB, size=63MiB, type=83\n', { 1: ['mkfs.ext4', '-q', '63'] });
    bootCode(file);
    const disk = await layout(file);
    assert.deepEqual(plain(disk), [[1, 1, 63, 'root', 'ext']]);
    assert.deepEqual(await found(disk), {});
  });

  test('whose boot loader is missing, whose file system is short and whose root cannot grow', async () => {
    const script = 'label: dos\nstart=1MiB, size=40MiB, type=83\nstart=41MiB, size=20MiB, type=82\n';
    const file = image('bad', 64, script, { 1: ['mkfs.ext4', '-q', '30'] });
    assert.deepEqual(await found(await layout(file)), {
      bootloader: ['The first sector holds no boot code, and there is no EFI system partition'],
      'filesystem-fills': ['The ext file system leaves 10 MiB of its partition unused'],
      'root-grows': ['Partition 2 (swap) lies after root, partition 1'],
      'swap-partition': ['Partition 2 is swap'],
    });
  });

  test('with logical partitions', async () => {
    const script =
      'label: dos\nstart=1MiB, size=4MiB, type=83\nstart=5MiB, size=59MiB, type=5\nstart=6MiB, size=4MiB, type=82\nstart=11MiB, size=50MiB, type=83\n';
    const file = image('logical', 64, script, { 11: ['mkfs.ext4', '-q', '50'] });
    assert.deepEqual(plain(await layout(file)), [
      [1, 1, 4, 'other', undefined],
      [5, 6, 4, 'swap', undefined],
      [6, 11, 50, 'root', 'ext'],
    ]);
  });

  test('that was cut off', async () => {
    const file = image('cut', 64, 'label: dos\nstart=1MiB, size=63MiB, type=83\n', { 1: ['mkfs.ext4', '-q', '63'] });
    bootCode(file);
    truncateSync(file, 32 * MiB);
    assert.deepEqual(await found(await layout(file)), {
      'table-fits': ['Partition 1 ends after the end of the disk'],
    });
  });

  test('with a file system on it and no partitions', async () => {
    const file = join(folder, 'bare');
    sized(file, 32 * MiB);
    run('mkfs.ext4', ['-q', file]);
    const disk = await layout(file);
    assert.deepEqual([disk.table, disk.bare?.type, disk.bare?.size], [undefined, 'ext', 32 * MiB]);
  });

  test('that has nothing on it', async () => {
    const file = join(folder, 'empty');
    sized(file, MiB);
    assert.deepEqual(await layout(file), { size: MiB, table: undefined, slices: [], bootCode: false, bare: undefined });
  });
});

const efi = 'label: gpt\nstart=1MiB, size=8MiB, type=U\nstart=9MiB, size=SIZEMiB, type=L\n';
for (const [type, program, args, size] of [
  ['ext', 'mkfs.ext4', ['-q', '-O', '64bit'], 40],
  ['xfs', 'mkfs.xfs', ['-q', '-L', 'root'], 320],
  ['btrfs', 'mkfs.btrfs', ['-q'], 128],
] as const) {
  test(`a GPT disk with ${type}: its size is what the file system fills`, {
    skip: lacks('sfdisk', program, 'mkfs.vfat'),
  }, async () => {
    const file = image(`gpt-${type}`, size + 12, efi.replace('SIZE', String(size)), {
      1: ['mkfs.vfat', '8'],
      9: [program, ...args, String(size)],
    });
    const disk = await layout(file);
    assert.deepEqual(plain(disk), [
      [1, 1, 8, 'firmware', 'fat'],
      [2, 9, size, 'root', type],
    ]);
    assert.equal(disk.slices[1]?.contents?.size, size * MiB);
    assert.deepEqual(await found(disk), {});
  });
}

test('/boot on ext4 or xfs is what fstab names, and without fstab a small file system before root', {
  skip: lacks('sfdisk', 'mkfs.ext4'),
}, async () => {
  const script = 'label: gpt\nstart=1MiB, size=10MiB\nstart=11MiB, size=40MiB\n';
  const file = image('boot', 64, script, {
    1: ['mkfs.ext4', '-q', '-L', 'boot', '10'],
    11: ['mkfs.ext4', '-q', '-L', 'slash', '40'],
  });
  const root = { source: 'LABEL=slash', target: '/', type: 'ext4' };
  for (const [fstab, first] of [
    [[], 'boot'],
    [[root, { source: 'LABEL=boot', target: '/boot', type: 'ext4' }], 'boot'],
    [[root, { source: 'LABEL=boot', target: '/srv', type: 'ext4' }], 'other'],
  ] as const) {
    assert.deepEqual(
      (await layout(file, fstab)).slices.map(({ is }) => is),
      [first, 'root'],
    );
  }
});

test('root is what fstab names', { skip: lacks('sfdisk', 'mkfs.ext4') }, async () => {
  const script = 'label: gpt\nstart=1MiB, size=30MiB\nstart=31MiB, size=20MiB\n';
  const file = image('named', 64, script, {
    1: ['mkfs.ext4', '-q', '30'],
    31: ['mkfs.ext4', '-q', '-L', 'slash', '20'],
  });
  const fstab = [{ source: 'LABEL=slash', target: '/', type: 'ext4' }];
  assert.deepEqual(
    (await layout(file, fstab)).slices.map(({ is }) => is),
    ['other', 'root'],
  );
  assert.deepEqual(
    (await layout(file)).slices.map(({ is }) => is),
    ['root', 'other'],
  );
});

describe('a packed image', { skip: lacks('qemu-img', 'sfdisk', 'mkfs.ext4') }, () => {
  const file = join(folder, 'raw');
  before(() => {
    image('raw', 24, 'label: dos\nstart=1MiB, size=23MiB, type=83\n', { 1: ['mkfs.ext4', '-q', '23'] });
    bootCode(file);
  });
  for (const [name, options] of [
    ['as it comes', []],
    ['compressed', ['-c']],
    ['for the oldest hypervisors', ['-c', '-o', 'compat=0.10']],
    ['with small clusters', ['-o', 'cluster_size=4096']],
  ] as const) {
    test(`qcow2 ${name} holds what the raw one does`, async () => {
      const packed = join(folder, 'packed.qcow2');
      run('qemu-img', ['convert', '-O', 'qcow2', ...options, file, packed]);
      assert.deepEqual(await layout(packed), await layout(file));
      const bytes = await (await unpackedImage(await bytesOf(packed, host), packed)).read(0, 24 * MiB);
      assert.ok(bytes.equals(readFileSync(file)));
    });
  }

  for (const [format, message] of [
    ['vmdk', 'VMDK images cannot be read'],
    ['vhdx', 'VHDX images cannot be read'],
  ] as const) {
    test(`${format} is refused, and not taken for an empty disk`, async () => {
      const packed = join(folder, `packed.${format}`);
      run('qemu-img', ['create', '-q', '-f', format, packed, '16M']);
      await assert.rejects(layout(packed), { code: 'bad-input', message: `--disk ${packed}: ${message}` });
    });
  }

  test('that is only what differs from another is refused', async () => {
    const packed = join(folder, 'overlay.qcow2');
    run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', file, '-F', 'raw', packed]);
    const message = `--disk ${packed}: it is only what differs from another image`;
    await assert.rejects(layout(packed), { code: 'bad-input', message });
  });
});

test('a file that is not there is refused', async () => {
  await assert.rejects(bytesOf('/nowhere/disk', host), { message: '--disk /nowhere/disk: no such file' });
});
