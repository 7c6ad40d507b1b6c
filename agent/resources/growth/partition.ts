import { type Grown, type GrowthStep, minimumGrowth } from '../../engine/kinds/growth-step.ts';
import type { Partition } from './layout.ts';
import { extendedOf, type Room, roomFor, roomInside } from './partition-table.ts';

/** Plans the growth of a partition, and for a logical one that of the extended partition around it. */
export function growPartition(partition: Partition): Grown {
  const { path, bytes, number, disk, table } = partition;
  if (!table) return { steps: [], remarks: [], bytes };
  const still = (remark: string): Grown => ({ steps: [], remarks: [remark], bytes });
  if ('unread' in table) return still(`the partition table of ${disk.path} cannot be read: ${table.unread}`);
  if (table.label !== 'gpt' && table.label !== 'dos') return still(`${disk.path} has a ${table.label} table`);
  if (disk.readOnly) return still(`${disk.path} is read-only`);
  const entry = table.entries.find((each) => each.number === number);
  if (!entry) return still(`the table of ${disk.path} has no partition ${number}: ${path} is not what it says`);

  const extended = extendedOf(table, number);
  const outer = extended && roomFor(extended.number, { table, disk });
  const room =
    extended && outer ? roomInside(entry, table, extended.start + outer.to) : roomFor(number, { table, disk });
  if (!room) return still(`the table of ${disk.path} has too little room`);
  const remark = outer?.remark ?? room.remark;
  const blocked = outer?.blocked ?? room.blocked;
  const inBytes = (sectors: number): number => sectors * table.sectorBytes;
  const steps: GrowthStep[] = [];
  const grow = (which: number, { from, to }: Room) =>
    inBytes(to - from) >= minimumGrowth &&
    steps.push({
      do: 'partition',
      disk: disk.path,
      number: which,
      sectors: to,
      from: inBytes(from),
      to: inBytes(to),
      dump: table.dump,
    });
  if (extended && outer && inBytes(room.to - room.from) >= minimumGrowth) grow(extended.number, outer);
  const worthwhile = grow(number, room);
  const after = worthwhile ? inBytes(room.to) : inBytes(entry.sectors);
  if (!worthwhile && after > bytes) {
    steps.push({ do: 'tell-kernel', disk: disk.path, number, from: bytes, to: after });
  }
  return {
    steps,
    remarks: remark === undefined ? [] : [remark],
    bytes: Math.max(after, bytes),
    ...(blocked && { blocked }),
  };
}
