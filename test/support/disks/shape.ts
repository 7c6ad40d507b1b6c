import { closeSync, openSync, readSync } from 'node:fs';
import { run } from './loop-disk.ts';

interface Entry {
  readonly node: string;
  readonly start: number;
  readonly size: number;
}

/** Returns the partition table as sfdisk reports it. */
export function shapeOf(disk: string) {
  const { partitiontable } = JSON.parse(run('sfdisk', '--json', disk));
  const entries: readonly Entry[] = partitiontable.partitions;
  return {
    entries,
    label: partitiontable.label as string,
    /** Returns what no growth may change in a partition: its start, type, id, name and flags. */
    identity: (number: number) => ({ ...entries.find(({ node }) => node === `${disk}p${number}`), size: 0 }),
    /** The BIOS boot code, and the id of the disk. */
    bootCode: bootCodeOf(disk),
    /** Returns all partitions except one, and except the extended partition that may contain it. */
    others: (number: number) =>
      entries.filter(({ node }) => node !== `${disk}p${number}` && !(number > 4 && node === `${disk}p2`)),
  };
}

/** Returns the end of a partition, in bytes from the start of the disk. */
export function endOf(disk: string, number: number): number {
  const entry = shapeOf(disk).entries.find(({ node }) => node === `${disk}p${number}`);
  return entry ? (entry.start + entry.size) * 512 : Number.NaN;
}

function bootCodeOf(disk: string): string {
  const bytes = Buffer.alloc(446);
  const file = openSync(disk, 'r');
  readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  return bytes.toString('hex');
}
