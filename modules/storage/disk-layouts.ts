import { mapOf } from '../../agent/base/map-of.ts';
import type { PartitionsChange } from '../../agent/engine/kinds/storage.ts';
import {
  converted,
  type Decode,
  either,
  entriesNamed,
  flag,
  INVALID,
  type Invalid,
  integer,
  list,
  matching,
  object,
  oneOf,
  text,
  withDefault,
} from '../../agent/userdata/schema/decode.ts';

type Part = PartitionsChange['parts'][number];

const percent = integer(1, 100);
const isType = /^[0-9A-F]{2}(?:[0-9A-F]{2})?$|^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i;

/** A size in percent of the disk, alone or in a list with the type. */
const part: Decode<Part> = either(
  converted(percent, (size): Part => ({ percent: size, type: '83' })),
  converted(list(text), ([size = '', type = '', ...more]): Part | Invalid => {
    const isSize = /^\d{1,3}$/.test(size) && Number(size) >= 1 && Number(size) <= 100;
    return isSize && isType.test(type) && more.length === 0 ? { percent: Number(size), type } : INVALID;
  }),
  'a size in percent, or a list of it and a type, such as [33, 82]',
);

const layout = either(either(oneOf('remove'), flag), list(part), 'true, false, remove, or a list of sizes in percent');

export interface DiskLayout {
  readonly table: PartitionsChange['table'];
  readonly overwrite: boolean;
  /** The partitions, with types as sfdisk takes them. None if the table is removed; undefined if the disk stays as it is. */
  readonly parts: readonly Part[] | undefined;
}

/** One disk of `disk_setup`. */
export const diskLayout: Decode<DiskLayout> = converted(
  object({
    table_type: withDefault('mbr', oneOf('mbr', 'gpt')),
    layout: withDefault(false, layout),
    overwrite: withDefault(false, flag),
  }),
  ({ table_type, layout, overwrite }, { error }): DiskLayout | Invalid => {
    const disk = { table: table_type === 'mbr' ? 'dos' : 'gpt', overwrite } as const;
    if (layout === false) return { ...disk, parts: undefined };
    if (layout === 'remove') return { ...disk, parts: [] };
    const parts = partsOf(layout === true ? [{ percent: 100, type: '83' }] : layout, table_type);
    if (typeof parts !== 'string') return { ...disk, parts };
    error(parts);
    return INVALID;
  },
);

/** Returns the partitions with types as sfdisk takes them, or what is wrong with them. */
function partsOf(written: readonly Part[], table: 'mbr' | 'gpt'): readonly Part[] | string {
  const sum = written.reduce((all, each) => all + each.percent, 0);
  if (written.length === 0) return 'a layout without partitions; write "remove" to remove the table';
  if (sum > 100) return `the sizes are ${sum} percent together`;
  if (table === 'mbr' && written.length > 4) return 'an mbr table has at most four partitions; use "table_type: gpt"';
  const parts: Part[] = [];
  for (const { percent, type: name } of written) {
    const type = typeOf(name, table);
    if (type === undefined)
      return `${name} is not a type of a partition in ${table === 'mbr' ? 'an mbr' : 'a gpt'} table`;
    parts.push({ percent, type });
  }
  return parts;
}

/** Returns a type in the terms of the table. The codes of sgdisk and those of an mbr table stand for the same types. */
function typeOf(written: string, table: 'mbr' | 'gpt'): string | undefined {
  const word = written.toUpperCase();
  if (table === 'mbr')
    return word.length === 2
      ? word.toLowerCase()
      : /^[0-9A-F]{2}00$/.test(word)
        ? word.slice(0, 2).toLowerCase()
        : undefined;
  if (word.length > 4) return word;
  return guids.get(word.length === 2 ? `${word}00` : word);
}

/** The codes of sgdisk(8), and their types of the UEFI and Discoverable Partitions Specifications. */
const guids = mapOf({
  '0700': 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  '0B00': 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  '0C00': 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  '8200': '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F',
  '8300': '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  '8302': '933AC7E1-2EB4-4F13-B844-0E14E2AEF915',
  '8303': '44479540-F297-41B2-9AF7-D131D5F0458A',
  '8304': '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
  '8306': '3B8F8425-20E0-4F3B-907F-1A25A76F98E8',
  '8310': '4D21B016-B534-45C2-A9FB-5C16E091FD2D',
  '8E00': 'E6D6D379-F507-44C2-A23C-238F2A3DF928',
  EF00: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  EF02: '21686148-6449-6E6F-744E-656564454649',
  FD00: 'A19D880F-05FC-4D3B-A006-743F0F84911E',
});

/** Names that the user-data gives to disks ("data": "/dev/vdc"); `mounts` and `disk_setup` may use them. */
export const deviceAliases = converted(
  entriesNamed(/^[\w-]+$/, 'a name for a disk', matching(/^\/dev\/[^\s\0]+$/, 'the path of a device')),
  (aliases): DeviceAliases => new Map(aliases.map(({ name, value }) => [name, value])),
);
type DeviceAliases = ReadonlyMap<string, string>;
export const noAliases: DeviceAliases = new Map();

/** Resolves an alias; "data.2" is the second partition. */
export function unaliased(
  name: string,
  aliases: DeviceAliases,
): { readonly device: string; readonly partition?: string } {
  const [, base = name, partition] = /^(?!ephemeral\d)(.+)\.(\d+|auto|any|none)$/.exec(name) ?? [];
  // Only paths of devices and aliases have partitions: a dot may be part of another name, of a server for instance.
  const isDisk = aliases.has(base) || /^(?:\/dev\/)?(?:s|v|h|xv)d[a-z]+$|^\/dev\/nvme\d+n\d+$/.test(base);
  if (partition === undefined || !isDisk) return { device: aliases.get(name) ?? name };
  return { device: aliases.get(base) ?? base, partition };
}
