// Format: SUSP and RRIP (IEEE P1281, P1282), https://wiki.osdev.org/Rock_Ridge
import { type DriveBytes, latin1, numbers } from './drive-bytes.ts';

const mostContinuations = 8;

/** Returns how many bytes to skip before the extensions of each record; undefined without Rock Ridge (SUSP, field SP). */
export async function rockRidgeSkip(rootFolder: Uint8Array): Promise<number | undefined> {
  // The first record of the root directory, ".", carries SP with its two check bytes.
  const first = rootFolder.subarray(0, rootFolder[0] ?? 0);
  const at = usesFrom(first);
  return latin1(first.subarray(at, at + 2)) === 'SP' && first[at + 4] === 0xbe && first[at + 5] === 0xef
    ? (first[at + 6] ?? 0)
    : undefined;
}

/** Returns the long name of a record (field NM), or undefined if it has none. */
export async function rockRidgeName(
  bytes: DriveBytes,
  record: Uint8Array,
  skip: number,
  blockSize: number,
  budget: { reads: number },
): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let area: Uint8Array | undefined = record.subarray(usesFrom(record) + skip);
  for (let jumps = 0; area && jumps < mostContinuations; jumps++) {
    let next: Promise<Uint8Array> | undefined;
    for (let at = 0; at + 4 <= area.length; ) {
      const length = area[at + 2] ?? 0;
      if (length < 4) break;
      const field: Uint8Array = area.subarray(at, at + length);
      const sort = latin1(field.subarray(0, 2));
      if (sort === 'NM' && ((field[4] ?? 0) & 6) === 0) pieces.push(field.subarray(5));
      if (sort === 'CE' && budget.reads-- > 0) next = continuation(bytes, field, blockSize);
      if (sort === 'ST') break;
      at += length;
    }
    area = await next;
  }
  return pieces.length === 0 ? undefined : new TextDecoder().decode(Buffer.concat(pieces));
}

function continuation(bytes: DriveBytes, field: Uint8Array, blockSize: number): Promise<Uint8Array> {
  const { u32 } = numbers(field);
  return bytes.read(u32(4) * blockSize + u32(12), Math.min(u32(20), blockSize));
}

/** Returns where the extensions of a record begin: behind its name, at an even offset. */
function usesFrom(record: Uint8Array): number {
  const end = 33 + (record[32] ?? 0);
  return end + (end % 2);
}
