/** Where each file system writes its name: what comes first in this list is looked for first. */
const signatures: readonly { readonly is: string; readonly at: number; readonly text: string }[] = [
  { is: 'xfs', at: 0, text: 'XFSB' },
  { is: 'crypto_LUKS', at: 0, text: 'LUKS\xba\xbe' },
  { is: 'LVM2_member', at: 512, text: 'LABELONE' },
  { is: 'ext4', at: 0x438, text: '\x53\xef' },
  { is: 'btrfs', at: 0x10040, text: '_BHRfS_M' },
  { is: 'swap', at: 4086, text: 'SWAPSPACE2' },
  { is: 'iso9660', at: 0x8001, text: 'CD001' },
  { is: 'ntfs', at: 3, text: 'NTFS    ' },
  { is: 'vfat', at: 82, text: 'FAT32   ' },
  { is: 'vfat', at: 54, text: 'FAT1' },
];

/** How much of a device must be read to know what it holds. */
export const signatureLength = 0x10048;

/** What a device holds, by its first bytes; "" where none of the names is there. */
export function filesystemIn(head: Uint8Array): string {
  const latin1 = new TextDecoder('latin1');
  const found = signatures.find(({ at, text }) => latin1.decode(head.subarray(at, at + text.length)) === text);
  return found?.is ?? '';
}
