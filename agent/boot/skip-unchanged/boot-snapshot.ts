/**
 * A record of what a preview read from the machine, in the format of systemd/skip-if-unchanged: the shell script compares it
 * with the machine at a later boot. Anything that the script cannot compare makes the snapshot unusable, and the reason is
 * reported.
 */
export interface BootSnapshot {
  /** A file or directory on a disk, by inode, size and ctime: any change to it changes these. */
  file(path: string, standing: string): void;
  /**
   * The precision of the ctime of a file. A file system of which every time is in whole seconds hides a second change within one
   * second. Where some times are finer, the others come from the builder of the image, and a later change is visible.
   */
  changed(device: string, path: string, times: 'each' | 'seconds'): void;
  /** A directory regardless of its content: mode, owner, group. */
  folder(path: string, standing: string): void;
  /** A file without reliable times: mode, owner, group, size. The content that was read is recorded separately. */
  fixed(path: string, standing: string): void;
  gone(path: string): void;
  /** The type of a path in a tree that each boot creates again: d, f, b, h, or e for any other. */
  type(path: string, type: string): void;
  /** The target of a link in such a tree, or of a link without reliable times, as an absolute path. */
  leads(path: string, target: string): void;
  names(folder: string, names: readonly string[]): void;
  /** The first bytes of a file without reliable times: a file of the kernel or of an image. */
  read(path: string, head: Uint8Array): void;
  /** The first bytes of a disk. */
  disk(path: string, head: Uint8Array): void;
  /** Another block of a disk, by its index from the beginning. */
  block(path: string, block: number, bytes: Uint8Array): void;
  memory(kib: number): void;
  /** The mounts: the text of /proc/self/mountinfo. */
  mounts(mountinfo: string): void;
  /** The size of the file system that is mounted at a path. */
  filesystem(target: string, blocks: string): void;
  swaps(table: string): void;
  /** No network has been set up yet. */
  unnumbered(): void;
  /** Nothing is due as long as the machine gets this address on this interface. */
  supposed(address: string, card: string): void;
  /** A later boot cannot use the snapshot, for this reason: "/etc/fstab mounts /run/x". */
  unusable(why: string): void;
}

export interface SnapshotResult extends BootSnapshot {
  /** Returns the record, with the output of `cksum` for the recorded bytes, or the reason why there is no record. */
  done(cksum: (bytes: Uint8Array) => Promise<string>): Promise<{ record: string } | { unusable: string }>;
}

/** The number of bytes that are compared of content without reliable times. */
export const headLength = 65_608;
export const blockLength = 65_536;
/** The limit of blocks: the shell script starts a process for each. */
const mostBlocks = 24;
const mostLines = 4000;
/** Trees in which other programs mount file systems during a boot. */
export const fleeting = /^\/(?:proc|sys|dev|run)(?:\/|$)/;

/** What was read so far, by kind. */
const emptyReads = () => ({
  files: new Map<string, string>(),
  folders: new Map<string, string>(),
  fixed: new Map<string, string>(),
  filesystems: new Map<string, string>(),
  heads: new Map<string, Uint8Array>(),
  disks: new Map<string, Uint8Array>(),
  blocks: new Map<string, Uint8Array>(),
  others: new Set<string>(),
});

export function bootSnapshot(): SnapshotResult {
  const reads = emptyReads();
  const { others, blocks } = reads;
  const finerTimes = new Set<string>();
  const wholeSeconds = new Map<string, string>();
  let why: string | undefined;
  const unusable = (reason: string): void => {
    why ??= reason;
  };
  const line = (...words: readonly string[]): string => {
    if (words.some((word) => /[\t\n]/.test(word))) unusable(`the name of ${words[1]} has a tab or a line break`);
    return words.join('\t');
  };
  /** A path that is read twice must show the same both times. */
  const keep = <T extends string | Uint8Array>(kept: Map<string, T>, path: string, value: T): void => {
    if (!Buffer.from(kept.get(path) ?? value).equals(Buffer.from(value))) unusable(`${path} was changed meanwhile`);
    kept.set(path, value);
  };
  const other = (...words: readonly string[]): void => void others.add(line(...words));
  return {
    file: (path, standing) => keep(reads.files, path, standing),
    changed: (device, path, times) => void (times === 'each' ? finerTimes.add(device) : wholeSeconds.set(device, path)),
    folder: (path, standing) => keep(reads.folders, path, standing),
    fixed: (path, standing) => keep(reads.fixed, path, standing),
    gone: (path) => other('gone', path),
    type: (path, type) => other('type', path, type),
    leads: (path, target) => other('leads', path, target),
    names: (folder, names) => {
      if (names.some((name) => name.startsWith('.'))) unusable(`${folder} has hidden names`);
      // The shell's expansion of DIRECTORY/*, which stays literal for an empty directory.
      const all = names.length > 0 ? names : ['*'];
      other('names', folder, all.map((name) => `${folder}/${name}`).join(' '));
    },
    read: (path, head) => keep(reads.heads, path, head.subarray(0, headLength)),
    disk: (path, head) => keep(reads.disks, path, head),
    block: (path, block, bytes) => {
      keep(blocks, line('block', path, String(block)), bytes);
      if (blocks.size > mostBlocks) unusable(`more than ${mostBlocks} blocks of ${path} were read`);
    },
    memory: (kib) => other('memory', String(kib)),
    mounts: (mountinfo) => {
      for (const words of mountLines(mountinfo)) other('mount', words);
      others.add('mounts');
    },
    filesystem: (target, blocks) => keep(reads.filesystems, target, blocks),
    swaps: (table) => {
      for (const words of table.split('\n').slice(1).filter(Boolean)) other('swap', words.split(/\s/)[0] ?? '');
      others.add('swaps');
    },
    unnumbered: () => void others.add('unnumbered'),
    supposed: (address, card) => other('supposed', `${address} ${card}`),
    unusable,
    async done(cksum) {
      for (const [device, path] of wholeSeconds)
        if (!finerTimes.has(device)) unusable(`${path} is on a file system that stores times in whole seconds`);
      if (why !== undefined) return { unusable: why };
      const lines = await recordLines(reads, line, cksum);
      if (lines.length > mostLines)
        unusable(`the record would have ${lines.length} lines, and ${mostLines} are allowed`);
      return why === undefined ? { record: `${lines.join('\n')}\n` } : { unusable: why };
    },
  };
}

async function recordLines(
  { files, folders, fixed, filesystems, heads, disks, blocks, others }: ReturnType<typeof emptyReads>,
  line: (...words: readonly string[]) => string,
  cksum: (bytes: Uint8Array) => Promise<string>,
): Promise<readonly string[]> {
  /** The lines that the script passes to one program, followed by the word that starts the comparison. */
  const group = (kind: string, kept: ReadonlyMap<string, string>): string[] =>
    kept.size === 0 ? [] : [...[...kept].map(([path, standing]) => line(kind, path, standing)), `${kind}s`];
  const contents = () => Buffer.concat([heads, disks, blocks].flatMap((each) => [...each.values()]));
  return [
    'skip-record\t2',
    ...group('file', files),
    ...group('folder', folders),
    ...group('fixed', fixed),
    ...group('filesystem', filesystems),
    ...[...heads.keys()].map((path) => line('read', path)),
    ...[...disks.keys()].map((path) => line('disk', path)),
    ...blocks.keys(),
    ...(heads.size + disks.size > 0 ? [`sum\t${(await cksum(contents())).trim()}`] : []),
    ...inOrder(others),
    'end',
  ];
}

/** Returns the mounts that plans may depend on, without the ids of mount and parent, which differ from boot to boot. */
function mountLines(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((text) => {
    const [left = '', right = ''] = text.split(' - ');
    const [, , device = '', root, target = '', options] = left.split(' ');
    const [type, source] = right.split(' ');
    return target === '' || fleeting.test(target)
      ? []
      : [`${target} ${numberOf(device)} ${root} ${options} ${type} ${source}`];
  });
}

/** Drops the minor number of a file system without a disk: the kernel assigns the next free one. */
const numberOf = (device: string): string => (device.startsWith('0:') ? '0:' : device);

const last = ['mount\t', 'mounts', 'swap\t', 'swaps'];

/** Sorts the lines so that "mounts" and "swaps" follow the lines of their group. */
function inOrder(lines: ReadonlySet<string>): string[] {
  const groups: string[][] = [[], ...last.map(() => [])];
  for (const line of lines) groups[last.findIndex((word) => line.startsWith(word)) + 1]?.push(line);
  return groups.flat();
}
