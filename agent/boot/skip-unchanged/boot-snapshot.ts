/**
 * What a machine showed to whoever decided by it, in the words of systemd/skip-if-unchanged: a shell compares it with what
 * the machine shows at a later boot. What the shell cannot compare makes the picture worthless, and is said so.
 */
export interface BootSnapshot {
  /** A file or folder of a disk as it lies there: whoever changes anything of it changes this. */
  file(path: string, standing: string): void;
  /** A folder, whatever is in it: mode, owner, group. */
  folder(path: string, standing: string): void;
  /** A file whose times tell nothing: mode, owner, group, size. What was read of it is noted besides. */
  fixed(path: string, standing: string): void;
  gone(path: string): void;
  /** What stands at a path of a tree that each boot makes anew: d, f, b, h, or e for anything. */
  type(path: string, type: string): void;
  /** Where a link of such a tree leads, as an absolute path. */
  leads(path: string, target: string): void;
  names(folder: string, names: readonly string[]): void;
  /** The first bytes of a file whose times tell nothing: one of the kernel's, or of an image. */
  read(path: string, head: Uint8Array): void;
  /** The first bytes of a disk. */
  disk(path: string, head: Uint8Array): void;
  /** More of a disk: a block of it, counted from its beginning. */
  block(path: string, block: number, bytes: Uint8Array): void;
  memory(kib: number): void;
  /** The mounts, one line of the kernel's each. */
  mounts(mountinfo: string): void;
  /** How large the file system is that is mounted at a path. */
  filesystem(target: string, blocks: string): void;
  swaps(table: string): void;
  /** No network has been set up yet. */
  unnumbered(): void;
  /** Nothing is due as long as the machine gets this address, on this card. */
  supposed(address: string, card: string): void;
  worthless(why: string): void;
}

export interface SnapshotResult extends BootSnapshot {
  /** The record, with what `cksum` says of the first bytes; or why there can be none. */
  done(cksum: (bytes: Uint8Array) => Promise<string>): Promise<{ record: string } | { worthless: string }>;
}

/** As many bytes as are compared of what has no times. */
export const headLength = 65_608;
export const blockLength = 65_536;
/** A process each, for the shell. */
const mostBlocks = 24;
const mostLines = 4000;
/** Trees that others mount in while a boot goes on. */
export const fleeting = /^\/(?:proc|sys|dev|run)(?:\/|$)/;

export function bootSnapshot(): SnapshotResult {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  const fixed = new Map<string, string>();
  const filesystems = new Map<string, string>();
  const heads = new Map<string, Uint8Array>();
  const disks = new Map<string, Uint8Array>();
  const blocks = new Map<string, Uint8Array>();
  const others = new Set<string>();
  let why: string | undefined;
  const worthless = (reason: string): void => {
    why ??= reason;
  };
  const line = (...words: readonly string[]): string => {
    if (words.some((word) => /[\t\n]/.test(word))) worthless(`${words[1]} has a name that no line can hold`);
    return words.join('\t');
  };
  const contents = () => Buffer.concat([heads, disks, blocks].flatMap((each) => [...each.values()]));
  /** What was looked at twice must have shown the same. */
  const keep = (kept: Map<string, string>, path: string, standing: string): void => {
    if ((kept.get(path) ?? standing) !== standing) worthless(`${path} was changed meanwhile`);
    kept.set(path, standing);
  };
  const keepBytes = (kept: Map<string, Uint8Array>, path: string, bytes: Uint8Array): void => {
    if (!Buffer.from(kept.get(path) ?? bytes).equals(bytes)) worthless(`${path} was changed meanwhile`);
    kept.set(path, bytes);
  };
  /** What the shell has one program look at, and the word that has it compared. */
  const group = (kind: string, kept: ReadonlyMap<string, string>): string[] =>
    kept.size === 0 ? [] : [...[...kept].map(([path, standing]) => line(kind, path, standing)), `${kind}s`];
  const other = (...words: readonly string[]): void => void others.add(line(...words));
  return {
    file: (path, standing) => keep(files, path, standing),
    folder: (path, standing) => keep(folders, path, standing),
    fixed: (path, standing) => keep(fixed, path, standing),
    gone: (path) => other('gone', path),
    type: (path, type) => other('type', path, type),
    leads: (path, target) => other('leads', path, target),
    names: (folder, names) => {
      if (names.some((name) => name.startsWith('.'))) worthless(`${folder} has hidden names`);
      // What the shell makes of FOLDER/*, also where nothing is in it.
      const all = names.length > 0 ? names : ['*'];
      other('names', folder, all.map((name) => `${folder}/${name}`).join(' '));
    },
    read: (path, head) => keepBytes(heads, path, head.subarray(0, headLength)),
    disk: (path, head) => keepBytes(disks, path, head),
    block: (path, block, bytes) => {
      keepBytes(blocks, line('block', path, String(block)), bytes);
      if (blocks.size > mostBlocks) worthless(`much of ${path} was read`);
    },
    memory: (kib) => other('memory', String(kib)),
    mounts: (mountinfo) => {
      for (const words of mountsIn(mountinfo)) other('mount', words);
      others.add('mounts');
    },
    filesystem: (target, blocks) => keep(filesystems, target, blocks),
    swaps: (table) => {
      for (const words of table.split('\n').slice(1).filter(Boolean)) other('swap', words.split(/\s/)[0] ?? '');
      others.add('swaps');
    },
    unnumbered: () => void others.add('unnumbered'),
    supposed: (address, card) => other('supposed', `${address} ${card}`),
    worthless,
    async done(cksum) {
      if (why !== undefined) return { worthless: why };
      const lines = [
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
      if (lines.length > mostLines) worthless(`it takes ${lines.length} lines`);
      return why === undefined ? { record: `${lines.join('\n')}\n` } : { worthless: why };
    },
  };
}

/** Each mount that plans may ask about, but for what differs from boot to boot: its number and its parent's. */
function mountsIn(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((text) => {
    const [left = '', right = ''] = text.split(' - ');
    const [, , device = '', root, target = '', options] = left.split(' ');
    const [type, source] = right.split(' ');
    return target === '' || fleeting.test(target)
      ? []
      : [`${target} ${numberOf(device)} ${root} ${options} ${type} ${source}`];
  });
}

/** What is on no disk gets the next number that is free. */
const numberOf = (device: string): string => (device.startsWith('0:') ? '0:' : device);

const last = ['mount\t', 'mounts', 'swap\t', 'swaps'];

/** "mounts" and "swaps" close the lines before them. */
function inOrder(lines: ReadonlySet<string>): string[] {
  const groups: string[][] = [[], ...last.map(() => [])];
  for (const line of lines) groups[last.findIndex((word) => line.startsWith(word)) + 1]?.push(line);
  return groups.flat();
}
