import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DriveBytes } from '../../../agent/block/drive-bytes.ts';

/** Files of a drive, by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const path = `${process.env.PATH}:/usr/sbin:/sbin`;
const env = { ...process.env, PATH: path, MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C.UTF-8' };

/** Why images cannot be made here, or undefined if they can. */
export const missingTools: string | undefined = ['genisoimage', 'mkfs.vfat', 'mcopy']
  .filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { env }).status !== 0)
  .map((tool) => `${tool} is not installed`)
  .at(0);

/** Returns an ISO 9660 image with the extensions given as genisoimage options: -R, -J. */
export const isoImage = (files: Files, label: string, ...options: readonly string[]): Uint8Array =>
  inFolder((folder) => {
    writeAll(join(folder, 'tree'), files);
    const image = join(folder, 'image');
    run('genisoimage', '-quiet', '-input-charset', 'utf-8', '-V', label, ...options, '-o', image, join(folder, 'tree'));
    return readFileSync(image);
  });

interface FatOptions {
  readonly bits?: 12 | 16 | 32;
  readonly kilobytes?: number;
  /** Files that are written and then deleted. */
  readonly deleted?: readonly string[];
  /** The first sector of the MBR partition that contains the file system. */
  readonly partitionAt?: number;
}

/** Returns a FAT image, bare or in the first partition of a disk. */
export const fatImage = (files: Files, label: string, options: FatOptions = {}): Uint8Array =>
  inFolder((folder) => {
    const { bits = 16, kilobytes = { 12: 2_048, 16: 16_384, 32: 66_000 }[bits], partitionAt } = options;
    const image = join(folder, 'image');
    run('mkfs.vfat', '-C', '-F', String(bits), '-s', '1', '-n', label, image, String(kilobytes));
    writeAll(join(folder, 'tree'), files);
    const tops = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))];
    run('mcopy', '-i', image, '-s', ...tops.map((top) => join(folder, 'tree', top)), '::');
    for (const name of options.deleted ?? []) run('mdel', '-i', image, `::${name}`);
    const volume = readFileSync(image);
    return partitionAt === undefined ? volume : inPartition(volume, partitionAt);
  });

/** Returns the reader of an image, with the interface through which drives are read. */
export const bytesIn = (image: Uint8Array): DriveBytes => ({
  read: async (from, length) => image.subarray(from, from + length),
});

function inPartition(volume: Uint8Array, start: number): Uint8Array {
  const disk = Buffer.alloc(start * 512 + volume.length);
  disk.set(volume, start * 512);
  disk.set([0x80, 0, 2, 0, 0x0c, 0, 0, 0], 446);
  disk.writeUInt32LE(start, 454);
  disk.writeUInt32LE(volume.length / 512, 458);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

function inFolder<T>(make: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-image-'));
  try {
    return make(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeAll(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const run = (program: string, ...args: readonly string[]): void => {
  execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
};
