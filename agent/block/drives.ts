import type { ReadHost } from '../host/host.ts';
import { isIdleLoop } from './device-names.ts';
import type { DriveBytes, DriveVolume } from './drive-bytes.ts';
import { fatPartitions } from './drive-partitions.ts';
import { openFat } from './fat.ts';
import { openIso } from './iso9660.ts';

/** A device with a file system that may hold metadata. */
export interface Drive {
  /** "/dev/sr0". */
  readonly path: string;
  readonly volume: DriveVolume;
}

/** RAM disks, floppies (reading one takes seconds), and devices made of other devices. */
const uninteresting = /^(?:ram|zram|fd|nbd|dm-|md)\d*/;

/** Finds the drives that may carry metadata: every FAT or ISO 9660 volume, whole disks before partitions. */
export async function findDrives(host: ReadHost): Promise<readonly Drive[]> {
  if (host.offline) return [];
  const drives: Drive[] = [];
  for (const name of await devices(host)) {
    const path = `/dev/${name}`;
    const bytes = buffered((from, length) => piece(host, path, from, length));
    for (const volume of await volumesOn(bytes)) drives.push({ path, volume });
  }
  return drives;
}

/** Returns the drives with one of these labels, ignoring case. */
export async function drivesLabelled(host: ReadHost, ...labels: readonly string[]): Promise<readonly Drive[]> {
  const isWanted = (label: string): boolean => labels.includes(label.toUpperCase());
  return (await findDrives(host)).filter(({ volume }) => volume.labels.some(isWanted));
}

async function devices(host: ReadHost): Promise<readonly string[]> {
  const found: { readonly name: string; readonly part: boolean }[] = [];
  for (const name of await host.list('/sys/class/block')) {
    if (uninteresting.test(name) || (await isIdleLoop(name, host))) continue;
    if (Number(await host.readText(`/sys/class/block/${name}/size`)) === 0) continue;
    found.push({ name, part: (await host.stat(`/sys/class/block/${name}/partition`)) !== undefined });
  }
  return found.sort((a, b) => Number(a.part) - Number(b.part)).map(({ name }) => name);
}

async function volumesOn(bytes: DriveBytes): Promise<readonly DriveVolume[]> {
  const whole = (await openIso(bytes)) ?? (await openFat(bytes));
  if (whole) return [whole];
  const parts = await Promise.all((await fatPartitions(bytes)).map(openFat));
  return parts.filter((volume) => volume !== undefined);
}

/** Reads a piece of a device. An empty drive, or one that only root may read, yields nothing. */
async function piece(host: ReadHost, path: string, from: number, length: number): Promise<Uint8Array> {
  try {
    return (await host.readBytes(path, { from, length })) ?? new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}

const bufferBytes = 2 ** 16;
/** 8 MiB in total: directories and tables are read repeatedly, files once. */
const mostBuffers = 128;

/** Reads ahead: file systems request a few bytes here and there. */
function buffered(read: DriveBytes['read']): DriveBytes {
  const kept = new Map<number, Promise<Uint8Array>>();
  const bufferAt = (start: number): Promise<Uint8Array> => {
    const known = kept.get(start) ?? read(start, bufferBytes);
    // The order of the map is the order of use: the least recently used buffer is evicted first.
    kept.delete(start);
    kept.set(start, known);
    if (kept.size > mostBuffers) kept.delete(kept.keys().next().value ?? 0);
    return known;
  };
  return {
    async read(from, length) {
      const start = Math.floor(from / bufferBytes) * bufferBytes;
      if (from + length > start + bufferBytes) return read(from, length);
      return (await bufferAt(start)).subarray(from - start, from - start + length);
    },
  };
}
