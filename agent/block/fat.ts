// Format: Microsoft FAT, https://wiki.osdev.org/FAT
import { type DriveBytes, type DriveVolume, latin1, mostBytes, numbers, volumeOf } from './drive-bytes.ts';
import { type FatEntry, readEntries } from './fat-entries.ts';

const mostDirectoryBytes = 2 ** 20;

/** Offsets and sizes on the volume, in bytes. */
interface Layout {
  readonly bits: 12 | 16 | 32;
  readonly table: number;
  readonly rootAt: number;
  readonly rootBytes: number;
  readonly data: number;
  readonly clusterBytes: number;
  readonly clusters: number;
  readonly root: FatEntry;
  readonly bootLabel: string;
}

/** Opens a FAT12, FAT16 or FAT32 volume, with long names; undefined if there is no such volume. */
export async function openFat(bytes: DriveBytes): Promise<DriveVolume | undefined> {
  const layout = layoutOf(await bytes.read(0, 512));
  if (!layout) return undefined;
  const all = async (folder: FatEntry): Promise<readonly FatEntry[]> =>
    readEntries(await readFolder(bytes, layout, folder));
  const own = (await all(layout.root)).find(({ isLabel }) => isLabel)?.name;
  const labels = [...new Set([own ?? '', layout.bootLabel])].filter((label) => label !== '' && label !== 'NO NAME');
  return volumeOf({ type: 'vfat', labels }, layout.root, {
    entriesOf: async (folder) => (await all(folder)).filter(({ isLabel, name }) => !isLabel && !/^\.\.?$/.test(name)),
    bytesOf: async (file) => (await readChain(bytes, layout, file.cluster, file.size)).subarray(0, file.size),
  });
}

/** Reads the boot sector, if it is one. */
function layoutOf(boot: Uint8Array): Layout | undefined {
  const { u8, u16, u32 } = numbers(boot);
  const [sector, perCluster, reserved, tables] = [u16(11), u8(13), u16(14), u8(16)];
  const isFat = boot.length === 512 && u16(510) === 0xaa55 && [0xeb, 0xe9].includes(u8(0)) && u8(21) >= 0xf0;
  if (!isFat || !isPower(sector) || sector < 512 || sector > 4096 || !isPower(perCluster)) return undefined;
  if (reserved === 0 || tables === 0 || tables > 4) return undefined;
  const tableBytes = (u16(22) || u32(36)) * sector;
  const rootBytes = Math.ceil((u16(17) * 32) / sector) * sector;
  const table = reserved * sector;
  const rootAt = table + tables * tableBytes;
  const data = rootAt + rootBytes;
  const clusterBytes = sector * perCluster;
  const clusters = Math.floor(((u16(19) || u32(32)) * sector - data) / clusterBytes);
  if (tableBytes === 0 || clusters < 1) return undefined;
  const bits = u16(22) === 0 ? 32 : clusters < 4085 ? 12 : 16;
  const root = { name: '', isDirectory: true, isLabel: false, size: 0, cluster: bits === 32 ? u32(44) : 0 };
  const labelAt = bits === 32 ? 71 : 43;
  // The label is present only with the extended boot signature.
  const bootLabel = u8(labelAt - 5) === 0x29 ? latin1(boot.subarray(labelAt, labelAt + 11)).trimEnd() : '';
  return { bits, table, rootAt, rootBytes, data, clusterBytes, clusters, root, bootLabel };
}

const isPower = (number: number): boolean => number > 0 && (number & (number - 1)) === 0;

const readFolder = (bytes: DriveBytes, layout: Layout, { cluster }: FatEntry): Promise<Uint8Array> =>
  cluster === 0 ? bytes.read(layout.rootAt, layout.rootBytes) : readChain(bytes, layout, cluster, mostDirectoryBytes);

/** Follows the cluster chain of a file up to `most` bytes; a circular chain ends as well. */
async function readChain(bytes: DriveBytes, layout: Layout, first: number, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const enough = Math.min(Math.ceil(Math.min(most, mostBytes) / layout.clusterBytes), layout.clusters);
  for (let cluster = first; isData(cluster, layout) && pieces.length < enough; ) {
    pieces.push(await bytes.read(layout.data + (cluster - 2) * layout.clusterBytes, layout.clusterBytes));
    cluster = await follower(bytes, layout, cluster);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

const isData = (cluster: number, { clusters }: Layout): boolean => cluster >= 2 && cluster < clusters + 2;

async function follower(bytes: DriveBytes, { bits, table }: Layout, cluster: number): Promise<number> {
  const { u16, u32 } = numbers(await bytes.read(table + Math.floor((cluster * bits) / 8), 4));
  if (bits === 32) return u32(0) % 2 ** 28;
  if (bits === 16) return u16(0);
  return cluster % 2 === 0 ? u16(0) & 0xfff : u16(0) >> 4;
}
