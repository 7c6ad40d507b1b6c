// Format: master boot record, https://wiki.osdev.org/MBR_(x86)
import { type DriveBytes, numbers } from './drive-bytes.ts';

const fatTypes = [0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e];

/** Returns the FAT partitions of an MBR, for disks whose partitions have no node in /dev. */
export async function fatPartitions(disk: DriveBytes): Promise<readonly DriveBytes[]> {
  const sector = await disk.read(0, 512);
  const { u8, u16, u32 } = numbers(sector);
  if (sector.length < 512 || u16(510) !== 0xaa55) return [];
  return [446, 462, 478, 494].flatMap((at) => {
    const [start, count] = [u32(at + 8), u32(at + 12)];
    const sound = [0, 0x80].includes(u8(at)) && fatTypes.includes(u8(at + 4)) && start > 0 && count > 0;
    return sound ? [slice(disk, start * 512, count * 512)] : [];
  });
}

const slice = (whole: DriveBytes, start: number, length: number): DriveBytes => ({
  read: (from, wanted) => whole.read(start + from, Math.max(0, Math.min(wanted, length - from))),
});
