import { existsSync, lstatSync, readFileSync } from 'node:fs';

/** What the kernel takes for the size of a disc that it knows nothing of. No disc has it: they come in 2048 bytes. */
const unknownSize = '2097151\n';
const drives = 11;
const empty = new Set<number>();

/**
 * Whether a drive for discs, now that it was opened, has none. To read from it all the same would take long, and fill the
 * console with errors.
 */
export function isEmptyDrive({ rdev }: { readonly rdev: number }): boolean {
  if (rdev >> 8 !== drives || !hasUnknownSize(rdev)) return false;
  empty.add(rdev);
  return true;
}

/** Whether it had none when it was last opened, and nobody has seen one in it since: to open it takes long, too. */
export function isKnownEmpty(path: string): boolean {
  const rdev = empty.size > 0 ? lstatSync(path, { throwIfNoEntry: false })?.rdev : undefined;
  return rdev !== undefined && empty.has(rdev) && hasUnknownSize(rdev);
}

function hasUnknownSize(rdev: number): boolean {
  const path = `/sys/dev/block/${drives}:${rdev & 0xff}/size`;
  return existsSync(path) && readFileSync(path, 'utf8') === unknownSize;
}
