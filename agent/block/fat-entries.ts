// Format: Microsoft FAT directories with long names, https://wiki.osdev.org/FAT
import { type DirectoryEntry, latin1, numbers } from './drive-bytes.ts';

/** A file or directory of a FAT volume; first cluster 0 is the root of FAT12 and FAT16. */
export interface FatEntry extends DirectoryEntry {
  readonly cluster: number;
  readonly isLabel: boolean;
}

const longName = 0x0f;
const label = 0x08;
const directory = 0x10;

/** Reads the entries of a directory. The pieces of a long name precede its short entry, last piece first. */
export function readEntries(folder: Uint8Array): readonly FatEntry[] {
  const entries: FatEntry[] = [];
  let long: { readonly checksum: number; readonly pieces: readonly string[] } | undefined;
  for (let at = 0; at + 32 <= folder.length; at += 32) {
    const raw = folder.subarray(at, at + 32);
    const { u8, u16, u32 } = numbers(raw);
    if (u8(0) === 0) break;
    if (u8(0) === 0xe5) {
      long = undefined;
      continue;
    }
    if ((u8(11) & 0x3f) === longName) {
      const earlier = (u8(0) & 0x40) === 0 && long?.checksum === u8(13) ? long.pieces : [];
      long = { checksum: u8(13), pieces: [longPiece(raw), ...earlier] };
      continue;
    }
    const isLabel = (u8(11) & label) !== 0;
    const whole = long?.checksum === checksumOf(raw) ? long.pieces.join('').replace(/\0.*$/s, '') : undefined;
    long = undefined;
    entries.push({
      name: isLabel ? latin1(raw.subarray(0, 11)).trimEnd() : (whole ?? shortName(raw)),
      isDirectory: (u8(11) & directory) !== 0,
      isLabel,
      size: u32(28),
      cluster: u16(26) + u16(20) * 2 ** 16,
    });
  }
  return entries;
}

const longPiece = (raw: Uint8Array): string =>
  new TextDecoder('utf-16le').decode(Buffer.concat([raw.subarray(1, 11), raw.subarray(14, 26), raw.subarray(28, 32)]));

/** Reads an 8.3 name; two bits mark base and extension as lower case. */
function shortName(raw: Uint8Array): string {
  const small = raw[12] ?? 0;
  const base = latin1(raw.subarray(0, 8)).trimEnd();
  const extension = latin1(raw.subarray(8, 11)).trimEnd();
  const shown = (text: string, bit: number): string => ((small & bit) !== 0 ? text.toLowerCase() : text);
  return shown(base, 0x08) + (extension && `.${shown(extension, 0x10)}`);
}

/** Returns the checksum that ties a long name to its short entry. */
const checksumOf = (raw: Uint8Array): number =>
  raw.subarray(0, 11).reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
