import { mountLines } from '../../host/mountinfo.ts';

/**
 * A record of what a preview read from the machine: at a later boot, systemd/skip-if-unchanged shows the same of the machine and
 * compares. Anything that the script cannot show makes the snapshot unusable, and the reason is reported.
 */
export interface BootSnapshot {
  /** A file or directory on a disk, by inode, size and ctime: any change to it changes these. */
  file(path: string, shown: string): void;
  /**
   * The precision of the ctime of a file. A file system of which every time is in whole seconds hides a second change within one
   * second. Where some times are finer, the others come from the builder of the image, and a later change is visible.
   */
  changed(device: string, path: string, times: 'each' | 'seconds'): void;
  /** A directory regardless of its content: mode, owner, group. */
  folder(path: string, shown: string): void;
  /** A file without reliable times: mode, owner, group, size. The content that was read is recorded separately. */
  fixed(path: string, shown: string): void;
  /** Whether a path exists, and its type in a tree that each boot creates again. */
  is(path: string, type: PathType): void;
  /** Where a link in such a tree leads, or a link without reliable times; undefined if nothing is there. */
  link(path: string, real: string | undefined): void;
  names(folder: string, names: readonly string[]): void;
  /** The first bytes of a file without reliable times: a file of the kernel or of an image. */
  read(path: string, head: Uint8Array): void;
  /** A block of a disk, by its index from the beginning. */
  block(path: string, block: number, bytes: Uint8Array): void;
  memory(kib: number): void;
  /** The mounts: the text of /proc/self/mountinfo. */
  mounts(mountinfo: string): void;
  /** The size of the file system that is mounted at a path. */
  space(target: string, shown: string): void;
  swaps(table: string): void;
  /** No network has been set up yet. */
  noAddresses(): void;
  /** A later boot cannot use the snapshot, for this reason: "/etc/fstab mounts /run/x". */
  unusable(why: string): void;
}

export type PathType = 'none' | 'link' | 'folder' | 'file' | 'block' | 'other';

/** What the script reads: the lines of which it shows the machine, and what it must then show. */
export interface SkipRecord {
  readonly record: string;
  readonly shown: string;
}

export interface SnapshotResult extends BootSnapshot {
  /** Returns the record, with the output of `cksum` for the recorded bytes, or the reason why there is no record. */
  done(cksum: (bytes: Uint8Array) => Promise<string>): Promise<SkipRecord | { unusable: string }>;
}

/** The number of bytes that are compared of a file without reliable times, and of a block of a disk. */
export const blockLength = 65_608;
/** The limit of blocks behind the first of a disk: the shell script starts a process for each. */
const mostBlocks = 24;
const mostLines = 4000;
/** Trees in which other programs mount file systems during a boot. */
export const fleeting = /^\/(?:proc|sys|dev|run)(?:\/|$)/;

/** The kinds of lines in a record, in its order. Each is a case in the script. */
const texts = ['file', 'folder', 'fixed', 'space', 'is', 'link', 'names', 'memory', 'mounts', 'swaps'] as const;
const contents = ['read', 'block'] as const;
const kinds = [...texts, 'addresses', ...contents] as const;
type Kind = (typeof kinds)[number];

/** What was read, by the argument of its line: the text that the script shows of it, or the bytes of which it shows the sum. */
type Reads = ReadonlyMap<Kind, Map<string, string | Uint8Array>>;

export function bootSnapshot(): SnapshotResult {
  const reads: Reads = new Map(kinds.map((kind) => [kind, new Map()]));
  const finerTimes = new Set<string>();
  const wholeSeconds = new Map<string, string>();
  let why: string | undefined;
  const unusable = (reason: string): void => {
    why ??= reason;
  };
  /** Adds a line; what is read twice must be the same both times. */
  const add = (kind: Kind, of: string, shown: string | Uint8Array): void => {
    const kept = reads.get(kind);
    if (of.includes('\n')) unusable(`the name of ${of} has a line break`);
    if (!Buffer.from(kept?.get(of) ?? shown).equals(Buffer.from(shown))) unusable(`${of} was changed meanwhile`);
    kept?.set(of, shown);
  };
  return {
    file: (path, shown) => add('file', path, `${shown} ${path}`),
    changed: (device, path, times) => void (times === 'each' ? finerTimes.add(device) : wholeSeconds.set(device, path)),
    folder: (path, shown) => add('folder', path, `${shown} ${path}`),
    fixed: (path, shown) => add('fixed', path, `${shown} ${path}`),
    space: (target, shown) => add('space', target, `${shown} ${target}`),
    is: (path, type) => add('is', path, `${type} ${path}`),
    link: (path, real) => {
      if (real === undefined) unusable(`${path} leads nowhere`);
      add('link', path, real ?? '');
    },
    names: (folder, names) => {
      if (names.some((name) => name.startsWith('.'))) unusable(`${folder} has hidden names`);
      // The shell's expansion of DIRECTORY/*, which stays literal for an empty directory.
      const all = names.length > 0 ? names : ['*'];
      add('names', folder, all.map((name) => `${folder}/${name}`).join('\n'));
    },
    read: (path, head) => add('read', path, head),
    block: (path, block, bytes) => {
      add('block', `${block} ${path}`, bytes);
      const more = [...(reads.get('block')?.keys() ?? [])].filter((each) => !each.startsWith('0 '));
      if (more.length > mostBlocks) unusable(`more than ${mostBlocks} blocks of ${path} were read`);
    },
    memory: (kib) => add('memory', String(kib), `memory ${kib}`),
    mounts: (mountinfo) => add('mounts', '', comparedMounts(mountinfo)),
    swaps: (table) => add('swaps', '', comparedSwaps(table)),
    noAddresses: () => add('addresses', '', ''),
    unusable,
    async done(cksum) {
      for (const [device, path] of wholeSeconds)
        if (!finerTimes.has(device)) unusable(`${path} is on a file system that stores times in whole seconds`);
      const lines = [...reads.values()].reduce((sum, { size }) => sum + size, 0);
      if (lines > mostLines) unusable(`the record would have ${lines} lines, and ${mostLines} are allowed`);
      return why === undefined ? recordOf(reads, cksum) : { unusable: why };
    },
  };
}

async function recordOf(reads: Reads, cksum: (bytes: Uint8Array) => Promise<string>): Promise<SkipRecord> {
  const record: string[] = [];
  const shown: string[] = [];
  for (const [kind, kept] of reads) {
    if (kept.size === 0) continue;
    record.push(...[...kept.keys()].map((of) => `${kind}\t${of}\n`));
    const isContent = contents.some((each) => each === kind);
    if (isContent) shown.push(await cksum(Buffer.concat([...kept.values()].map((each) => Buffer.from(each)))));
    else shown.push(...[...kept.values()].filter(Boolean).map((each) => `${each}\n`));
  }
  return { record: record.join(''), shown: shown.join('') };
}

/** Returns the mounts that plans may depend on, without the ids of mount and parent, which differ from boot to boot. */
const comparedMounts = (mountinfo: string): string =>
  sorted(
    mountLines(mountinfo)
      .filter(({ target }) => !fleeting.test(target))
      .map(({ device, root, target, options, type, source }) =>
        ['mount', target, numberOf(device), root, options, type, source].join(' '),
      ),
  );

/** Drops the minor number of a file system without a disk: the kernel assigns the next free one. */
const numberOf = (device: string): string => (device.startsWith('0:') ? '0:' : device);

const comparedSwaps = (table: string): string =>
  sorted(
    table
      .split('\n')
      .slice(1)
      .filter(Boolean)
      .map((line) => `swap ${line.split(/\s/)[0]}`),
  );

/** Sorts lines by their bytes, as sort(1) does in the locale C. */
const sorted = (lines: readonly string[]): string =>
  lines
    .map((line) => Buffer.from(line))
    .sort(Buffer.compare)
    .join('\n');
