import { type Given, type MemoryHost, memoryHost } from '../memory-host.ts';

/** Returns a machine with these disks: blkid's output for each, undefined for none, or "data" for raw data. */
export function filesystemMachine(disks: Readonly<Record<string, string | undefined>>, own: Given = {}): MemoryHost {
  const found = new Map(Object.entries(disks));
  const names = [...found.keys()].map((path) => path.slice('/dev/'.length));
  const made = (type: string) => (args: readonly string[]) => {
    const label = /-L (\S+)/.exec(args.join(' '))?.[1];
    found.set(args.at(-1) ?? '', `TYPE=${type}\n${label === undefined ? '' : `LABEL=${label}\n`}`);
    return '';
  };
  return memoryHost({
    ...own,
    files: {
      '/proc/self/mountinfo': '1 0 252:1 / / rw - ext4 /dev/vda1 rw\n',
      ...Object.fromEntries([...found].map(([path, text]) => [path, text === 'data' ? 'words' : new Uint8Array(512)])),
      ...Object.fromEntries(names.map((name) => [`/sys/class/block/${name}/size`, '2048\n'])),
      ...own.files,
    },
    programs: {
      blkid: (args) => {
        const text = found.get(args.at(-1) ?? '');
        // For a partition, blkid reports its table entry, whether the partition has content or not.
        const entry = /\d$/.test(args.at(-1) ?? '') ? 'PART_ENTRY_TYPE=0x83\n' : '';
        return text === undefined || text === 'data' ? entry || { code: 2 } : `${text}${entry}`;
      },
      'mkfs.ext4': made('ext4'),
      'mkfs.xfs': made('xfs'),
      ...own.programs,
      udevadm: () => '',
    },
  });
}
