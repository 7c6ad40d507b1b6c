import { existsSync, lstatSync, readFileSync, type Stats } from 'node:fs';

const drives = 11;
/** What the kernel takes for the size of a disc that it knows nothing of. No disc has it: they come in 2048 bytes. */
const unknownSize = '2097151\n';
/** How many seconds one that was empty is not opened again: it may have been about to become ready. */
const rest = 5;
const emptySince = new Map<number, number>();

/**
 * Whether a drive for discs, now that it was opened, has none. To read from it all the same would take long, and fill the
 * console with errors.
 */
export function isEmptyDrive(stats: Stats): boolean {
  if (!stats.isBlockDevice() || stats.rdev >> 8 !== drives || !hasUnknownSize(stats.rdev)) return false;
  emptySince.set(stats.rdev, process.uptime());
  return true;
}

/** Whether it had none a moment ago, and nobody has seen one in it since: to open it takes long, too. */
export function isKnownEmpty(path: string): boolean {
  const rdev = emptySince.size > 0 ? lstatSync(path, { throwIfNoEntry: false })?.rdev : undefined;
  const since = rdev === undefined ? undefined : emptySince.get(rdev);
  return rdev !== undefined && since !== undefined && process.uptime() - since < rest && hasUnknownSize(rdev);
}

function hasUnknownSize(rdev: number): boolean {
  const path = `/sys/dev/block/${drives}:${rdev & 0xff}/size`;
  return existsSync(path) && readFileSync(path, 'utf8') === unknownSize;
}
