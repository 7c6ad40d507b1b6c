// Format: magic numbers as in libblkid, https://github.com/util-linux/util-linux/tree/master/libblkid/src/superblocks
/** The magic of each file system, in the order in which they are tried. */
const signatures: readonly { readonly is: string; readonly at: number; readonly text: string }[] = [
  { is: 'xfs', at: 0, text: 'XFSB' },
  { is: 'crypto_LUKS', at: 0, text: 'LUKS\xba\xbe' },
  { is: 'LVM2_member', at: 512, text: 'LABELONE' },
  { is: 'ext4', at: 0x438, text: '\x53\xef' },
  { is: 'btrfs', at: 0x10040, text: '_BHRfS_M' },
  // At the end of the first page, which has 4 to 64 KiB.
  ...[4096, 8192, 16384, 32768, 65536].map((page) => ({ is: 'swap', at: page - 10, text: 'SWAPSPACE2' })),
  { is: 'iso9660', at: 0x8001, text: 'CD001' },
  { is: 'ntfs', at: 3, text: 'NTFS    ' },
  { is: 'vfat', at: 82, text: 'FAT32   ' },
  { is: 'vfat', at: 54, text: 'FAT1' },
];

/** The number of bytes to read for these signatures. */
export const signatureLength = 0x10048;

/** Returns the type of file system in these first bytes of a device; "" if none is known. */
export function filesystemIn(head: Uint8Array): string {
  const latin1 = new TextDecoder('latin1');
  const found = signatures.find(({ at, text }) => latin1.decode(head.subarray(at, at + text.length)) === text);
  return found?.is ?? '';
}
