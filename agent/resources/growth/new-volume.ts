import type { GrowthStep } from '../../engine/kinds/growth-step.ts';
import type { Partition, Table, VolumeGroup } from './layout.ts';
import { endOfDisk, extendedOf, roomFor } from './partition-table.ts';
import { partitionNode } from './table-dump.ts';

/** LVM's own type of partition, in a GPT and in an MBR. */
export const volumeTypes = { gpt: 'E6D6D379-F507-44C2-A23C-238F2A3DF928', dos: '8e' } as const;

/** Less than this is not worth a partition of its own. */
const worth = 2 ** 30;

export interface NewVolume {
  readonly steps: readonly GrowthStep[];
  readonly remarks: readonly string[];
  /** What the group gains. */
  readonly bytes: number;
}

/**
 * Where another partition follows that of a physical volume: creates a partition at the
 * end of the disk, makes it a physical volume and adds it to the group. An interrupted run
 * may have done any of the three.
 */
export function newVolumeSteps(group: VolumeGroup): NewVolume {
  const [spare] = group.spare;
  if (spare !== undefined) return { steps: [join(spare, group)], remarks: [], bytes: 0 };
  const [empty] = group.empty;
  if (empty !== undefined) return { steps: [create(empty), join(empty, group)], remarks: [], bytes: 0 };
  for (const { device } of group.members) {
    if (device.is !== 'partition' || !device.table || 'unread' in device.table || device.disk.readOnly) continue;
    const made = newPartition(device, device.table, group);
    if (made) return made;
  }
  return { steps: [], remarks: [], bytes: 0 };
}

const create = (path: string): GrowthStep => ({ do: 'new-physical-volume', path });
const join = (path: string, { name }: VolumeGroup): GrowthStep => ({ do: 'join-group', path, group: name });

function newPartition({ number, disk }: Partition, table: Table, group: VolumeGroup): NewVolume | undefined {
  if (table.label !== 'gpt' && table.label !== 'dos') return undefined;
  const align = 2 ** 20 / table.sectorBytes;
  const end = Math.floor(endOfDisk(table, disk.bytes).sector / align) * align;
  const last = Math.max(...table.entries.map(({ start, sectors }) => start + sectors));
  const primaries = table.entries.filter((each) => each.number < 5);
  const extended = table.entries.find((each) => extendedOf(table, 5) === each);
  const isInside = table.label === 'dos' && extended !== undefined && extended.start + extended.sectors === last;
  // A logical partition needs a sector for its boot record in front of it.
  const start = Math.ceil(last / align) * align + (isInside ? align : 0);
  const bytes = (end - start) * table.sectorBytes;
  if (bytes < worth) return undefined;
  if (table.label === 'dos' && !isInside && primaries.length > 3) {
    return { steps: [], remarks: [`the MBR of ${disk.path} has no free entry for a new partition`], bytes: 0 };
  }
  // The last partition grows by itself.
  const own = table.entries.find((each) => each.number === number);
  if (own && own.start + own.sectors === last) return undefined;
  const next = nextNumber(table, isInside);
  const path = partitionNode(disk.path, next);
  const room = isInside ? roomFor(extended.number, { table, disk }) : undefined;
  const outer: GrowthStep[] =
    isInside && room && room.to > room.from
      ? [
          {
            do: 'partition',
            disk: disk.path,
            number: extended.number,
            sectors: room.to,
            from: room.from * table.sectorBytes,
            to: room.to * table.sectorBytes,
            dump: table.dump,
          },
        ]
      : [];
  const made: GrowthStep = {
    do: 'new-partition',
    disk: disk.path,
    number: next,
    start,
    sectors: end - start,
    type: volumeTypes[table.label],
    from: 0,
    to: bytes,
    dump: table.dump,
  };
  const gained = Math.floor((bytes - 2 ** 20) / group.extent) * group.extent;
  return { steps: [...outer, made, create(path), join(path, group)], remarks: [], bytes: gained };
}

function nextNumber({ entries }: Table, inside: boolean): number {
  const taken = new Set(entries.map(({ number }) => number));
  let number = inside ? 5 : 1;
  while (taken.has(number)) number++;
  return number;
}
