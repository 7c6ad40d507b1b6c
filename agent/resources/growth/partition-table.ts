import type { Partition, Table, TableEntry } from './layout.ts';

const MiB = 2 ** 20;

/** How far a partition can grow, in sectors; `remark` is what keeps it from the end of its disk. */
export interface Room {
  readonly from: number;
  readonly to: number;
  readonly remark?: string;
  /** Another partition separates this one from enough room to grow. */
  readonly blocked?: true;
}

/** Returns the extended partition around a logical one. */
export const extendedOf = ({ label, entries }: Table, number: number): TableEntry | undefined =>
  label === 'dos' && number > 4 ? entries.find((each) => each.number < 5 && isExtended(each)) : undefined;

/** Returns the room behind a primary (or any GPT) partition, up to the next one or the end of the disk. */
export function roomFor(number: number, { table, disk }: { table: Table; disk: Partition['disk'] }): Room | undefined {
  const entry = table.entries.find((each) => each.number === number);
  if (!entry) return undefined;
  const end = endOfDisk(table, disk.bytes);
  const peers = table.entries.filter((each) => !extendedOf(table, each.number) && each.start > entry.start);
  return upTo(entry, table, end, peers);
}

/** Returns the room behind a logical partition if its extended one ends at `end`. */
export function roomInside(entry: TableEntry, table: Table, end: number): Room {
  const peers = table.entries.filter((each) => extendedOf(table, each.number) && each.start > entry.start);
  // Each logical partition has a boot record in front of it.
  return upTo(entry, table, { sector: end }, peers, MiB / table.sectorBytes);
}

interface End {
  readonly sector: number;
  readonly remark?: string;
}

function upTo(entry: TableEntry, table: Table, end: End, peers: readonly TableEntry[], gap = 0): Room {
  const next = peers.toSorted((a, b) => a.start - b.start)[0];
  const limit = next ? Math.min(next.start - gap, end.sector) : end.sector;
  const align = MiB / table.sectorBytes;
  const to = Math.floor(limit / align) * align - entry.start;
  const last = Math.max(...peers.map((each) => each.start + each.sectors), 0);
  const behind = (end.sector - last) * table.sectorBytes;
  const sizes = { from: entry.sectors, to: Math.max(to, entry.sectors) };
  if (!next) return { ...sizes, ...(end.remark !== undefined && { remark: end.remark }) };
  if (behind <= MiB) return sizes;
  const free = `the free ${Math.floor(behind / MiB)} MiB`;
  const remark = `partition ${entry.number} is not the last: partition ${next.number} lies between it and ${free}`;
  return { ...sizes, remark, blocked: true };
}

/** Returns the first sector behind the usable area. */
export function endOfDisk({ label, sectorBytes }: Pick<Table, 'label' | 'sectorBytes'>, bytes: number): End {
  const sectors = Math.floor(bytes / sectorBytes);
  // The backup of a GPT: 128 entries of 128 bytes, and its header, in the very last sectors.
  if (label === 'gpt') return { sector: sectors - 1 - Math.ceil((128 * 128) / sectorBytes) };
  const most = 2 ** 32;
  if (sectors <= most) return { sector: sectors };
  const lost = Math.floor(((sectors - most) * sectorBytes) / 2 ** 30);
  return { sector: most, remark: `an MBR reaches no further than ${reach(sectorBytes)}: ${lost} GiB stay unused` };
}

const reach = (sectorBytes: number): string => `${(2 ** 32 * sectorBytes) / 2 ** 40} TiB`;

/** The types of extended partitions: by cylinders, by LBA, and Linux's own. */
const isExtended = ({ type }: TableEntry): boolean => ['5', 'f', '85'].includes(type.toLowerCase().replace(/^0+/, ''));
