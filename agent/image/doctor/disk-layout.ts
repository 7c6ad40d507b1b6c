import { type ImageBytes, partOf } from '../../block/image-bytes.ts';
import { partitionTable, type TablePartition } from '../../block/partition-table.ts';
import { type Contents, contentsOf } from '../../block/superblocks.ts';
import type { FstabLine } from '../fstab.ts';

/** A partition and its contents. */
export interface Slice extends TablePartition {
  readonly contents: Contents | undefined;
  readonly is: 'root' | 'boot' | 'firmware' | 'swap' | 'other';
}

/** The properties of a disk that the checks need. */
export interface Layout {
  readonly size: number;
  /** Undefined without a partition table: a file system may fill the bare disk. */
  readonly table: 'mbr' | 'gpt' | undefined;
  readonly slices: readonly Slice[];
  /** Whether the first sector ends in the boot signature and holds code. */
  readonly bootCode: boolean;
  /** The contents of a disk without a partition table. */
  readonly bare: Contents | undefined;
}

const rootTypes = ['4f68bce3-e8cd-4db1-96e7-fbcaf984b709', 'b921b045-1df0-41c3-af44-4c6f280d3fae'];
const efi = ['ef', 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'];
const biosBoot = '21686148-6449-6e6f-744e-656564454649';
const prep = ['41', '9e1a2d38-c612-4316-aa26-8b49521e5a8b'];
const bootTypes = ['ea', 'bc13c2ff-59e6-4262-a352-b275fd6f7172'];
const swapTypes = ['82', '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'];

/** Reads the layout of a disk: table, first sector, and contents of each partition. `fstab`, if not empty, identifies root. */
export async function layoutOf(disk: ImageBytes, fstab: readonly FstabLine[]): Promise<Layout> {
  const table = await partitionTable(disk);
  const boot = await disk.read(0, 512);
  const found: { partition: TablePartition; contents: Contents | undefined }[] = [];
  for (const partition of table?.partitions ?? []) {
    const contents = await contentsOf(partOf(disk, partition.start, partition.size));
    found.push({ partition, contents });
  }
  const root = rootOf(found, fstab);
  const separateBoot = bootOf(found, root, fstab);
  return {
    size: disk.size,
    table: table?.kind,
    slices: found
      .filter(({ partition }) => !['05', '0f', '85'].includes(partition.type))
      .map(({ partition, contents }) => ({
        ...partition,
        contents,
        is: roleOf({ partition, contents }, root, separateBoot),
      })),
    bootCode:
      boot.length === 512 && boot.readUInt16LE(510) === 0xaa55 && boot.subarray(0, 440).some((byte) => byte !== 0),
    bare: table ? undefined : await contentsOf(disk),
  };
}

type Found = { readonly partition: TablePartition; readonly contents: Contents | undefined };

/** Returns the root partition: by fstab, else by its type, else by its last mount point, else the largest. */
function rootOf(all: readonly Found[], fstab: readonly FstabLine[]): TablePartition | undefined {
  const named = namedBy(fstab, '/', all);
  const holders = all.filter(({ contents }) => ['ext', 'xfs', 'btrfs', 'lvm', 'luks'].includes(contents?.type ?? ''));
  const candidates = [
    named,
    all.find(({ partition }) => rootTypes.includes(partition.type)),
    all.find(({ contents }) => contents?.mounted === '/'),
    [...holders].sort((a, b) => b.partition.size - a.partition.size)[0],
  ];
  return candidates.find((each) => each !== undefined)?.partition;
}

/** The maximum size of /boot, in bytes; most are 1 GiB. */
const mostBoot = 2 * 2 ** 30;

/** Returns the /boot partition: by fstab; without one, a small file system before root, as xfs records no mount point. */
function bootOf(
  all: readonly Found[],
  root: TablePartition | undefined,
  fstab: readonly FstabLine[],
): TablePartition | undefined {
  const named = namedBy(fstab, '/boot', all);
  if (named || fstab.length > 0 || !root) return named?.partition;
  return all.find(
    ({ partition, contents }) =>
      ['ext', 'xfs'].includes(contents?.type ?? '') && partition.size <= mostBoot && partition.start < root.start,
  )?.partition;
}

/** Returns the partition that fstab mounts at `where`, by its UUID or label. */
function namedBy(fstab: readonly FstabLine[], where: string, all: readonly Found[]): Found | undefined {
  const source = fstab.find(({ target }) => target === where)?.source ?? '';
  const [, by, word = ''] = /^(?:"?)(UUID|LABEL)="?([^"]+)/.exec(source) ?? [];
  return all.find(({ contents }) => by !== undefined && word === (by === 'UUID' ? contents?.uuid : contents?.label));
}

function roleOf(
  { partition, contents }: Found,
  root: TablePartition | undefined,
  separateBoot: TablePartition | undefined,
): Slice['is'] {
  if (partition === root) return 'root';
  if (efi.includes(partition.type) || partition.type === biosBoot || prep.includes(partition.type)) return 'firmware';
  if (swapTypes.includes(partition.type) || contents?.type === 'swap') return 'swap';
  return partition === separateBoot || bootTypes.includes(partition.type) || contents?.mounted === '/boot'
    ? 'boot'
    : 'other';
}
