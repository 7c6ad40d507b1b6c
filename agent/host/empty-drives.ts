import { existsSync, lstatSync, readFileSync, type Stats } from 'node:fs';

const drives = 11;
/** The size in 512-byte sectors that the kernel reports for an unknown disc. No disc has it: disc sectors have 2048 bytes. */
const unknownSize = '2097151\n';
/** The seconds for which an empty drive is not opened again. Later it may have become ready. */
const rest = 5;
const emptySince = new Map<number, number>();

/**
 * Whether an opened device is an optical drive without a disc. Reading from such a drive takes long and fills the console
 * with errors.
 */
export function isEmptyDrive(stats: Stats): boolean {
  if (!stats.isBlockDevice() || stats.rdev >> 8 !== drives || !hasUnknownSize(stats.rdev)) return false;
  emptySince.set(stats.rdev, process.uptime());
  return true;
}

/** Whether the drive was empty a moment ago and its size is still unknown: opening it would take long, too. */
export function isKnownEmpty(path: string): boolean {
  const rdev = emptySince.size > 0 ? lstatSync(path, { throwIfNoEntry: false })?.rdev : undefined;
  const since = rdev === undefined ? undefined : emptySince.get(rdev);
  return rdev !== undefined && since !== undefined && process.uptime() - since < rest && hasUnknownSize(rdev);
}

function hasUnknownSize(rdev: number): boolean {
  const path = `/sys/dev/block/${drives}:${rdev & 0xff}/size`;
  return existsSync(path) && readFileSync(path, 'utf8') === unknownSize;
}
