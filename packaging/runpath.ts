import { readFileSync, writeFileSync } from 'node:fs';

/** Constants of the ELF specification (ELF64, little-endian). */
const elf = { load: 1, dynamic: 2 } as const;
const tags = { null: 0, strtab: 5, strsz: 10, runpath: 29 } as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * Sets the run path of an executable to a directory. Nothing in the file moves, since the code that is added later requires
 * that: a spare entry of the dynamic section takes the tag, and its text replaces the name of a symbol that no other file
 * references (one of the many variables that Node's tracing macros define).
 */
export function setRunpath(file: string, folder: string): void {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) throw new Error(`${file} is not ELF64`);
  const segments = segmentsOf(bytes);
  const dynamic = segments.find(({ type }) => type === elf.dynamic);
  if (!dynamic) throw new Error(`${file} has no dynamic section`);
  const entries = Array.from({ length: dynamic.size / 16 }, (_, index) => {
    const at = dynamic.offset + 16 * index;
    return { at, tag: Number(bytes.readBigInt64LE(at)), value: Number(bytes.readBigUInt64LE(at + 8)) };
  });
  const tagged = (tag: number) => entries.find((each) => each.tag === tag)?.value;
  const [spare, end] = entries.filter(({ tag }) => tag === tags.null);
  if (tagged(tags.runpath) !== undefined || !spare || !end) throw new Error(`${file} has no room for a run path`);

  const names = offsetOf(tagged(tags.strtab) ?? 0, segments);
  const table = bytes.subarray(names, names + (tagged(tags.strsz) ?? 0));
  const name = /\0(_ZZN4node\w{20,}trace_event_unique_atomic\d+)\0/.exec(table.toString('latin1'));
  if (!name?.[1] || name[1].length < folder.length) throw new Error(`${file} has no name to spare`);
  table.write(`${folder}\0`, name.index + 1, 'latin1');
  bytes.writeBigInt64LE(BigInt(tags.runpath), spare.at);
  bytes.writeBigUInt64LE(BigInt(name.index + 1), spare.at + 8);
  writeFileSync(file, bytes);
}

function segmentsOf(bytes: Buffer): readonly Segment[] {
  const [first, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * size;
    const number = (offset: number) => Number(bytes.readBigUInt64LE(at + offset));
    return { type: bytes.readUInt32LE(at), offset: number(8), address: number(16), size: number(32) };
  });
}

function offsetOf(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    (each) => each.type === elf.load && each.address <= address && address < each.address + each.size,
  );
  if (!segment) throw new Error('an address of the dynamic section is in no segment');
  return address - segment.address + segment.offset;
}
