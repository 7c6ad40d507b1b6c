import { ownPaths } from '../base/own-paths.ts';
import * as files from '../host/files.ts';
import * as readFs from '../host/read-fs.ts';
import { lastBoots, type RunRecord, recordsIn } from './record.ts';

/** The number of boots that are kept. */
export const keptBoots = 20;

/** The size from which the file is shortened, and the size that it is shortened to, in bytes. */
const mostBytes = 2 ** 18;
const leftBytes = 2 ** 17;
/** The limit of a read, should another program have made the file larger. */
const mostRead = 2 ** 22;

/** Adds the record of a run. It is not synced: after a power loss the timeline of a boot may be missing, and nothing else. */
export function keepBoot(root: string, record: RunRecord): void {
  // The package makes the directory; where it is missing, its creation would sync the parent directory.
  if (!readFs.stat(root, ownPaths.state)) return;
  const size = files.append(root, ownPaths.boots, `${JSON.stringify(record)}\n`, 'later');
  // Some fifty boots fill the file.
  if (size > mostBytes)
    files.writeFile(root, ownPaths.boots, shortened(readFs.readText(root, ownPaths.boots, mostRead) ?? ''), {
      mode: 0o600,
    });
}

/** Returns the records of the last boots, oldest first. */
export function readBoots(root: string): readonly RunRecord[] {
  return lastBoots(recordsIn(readFs.readText(root, ownPaths.boots, mostRead) ?? ''), keptBoots);
}

/** Returns the lines of the last boots that fit, and always those of the last one. */
export function shortened(text: string): string {
  const records = recordsIn(text);
  for (let most = keptBoots; ; most--) {
    const kept = lastBoots(records, most)
      .map((each) => `${JSON.stringify(each)}\n`)
      .join('');
    if (Buffer.byteLength(kept) <= leftBytes || most <= 1) return kept;
  }
}
