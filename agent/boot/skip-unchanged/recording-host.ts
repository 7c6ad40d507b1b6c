import { type BigIntStats, lstatSync, readlinkSync, realpathSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Problem } from '../../base/problem.ts';
import type { ReadHost, Stat } from '../../host/host.ts';
import { mountsIn } from '../../host/mountinfo.ts';
import { reading } from '../../host/read-fs.ts';
import { runningQuery } from '../../resources/units/running.ts';
import { isMasked, linksTo, unitPath } from '../../resources/units/unit-files.ts';
import { type BootSnapshot, blockLength, fleeting, headLength } from './boot-snapshot.ts';

/** Mount points that systemd mounts itself, regardless of fstab. */
const always = ['/proc', '/sys', '/dev/shm', '/dev/pts'];
/** Files of earlier processes of this boot: they do not exist when the next boot begins. */
const leftovers = /^\/run\/bootagent\/(?!conf\.d)/;
const letters = { file: 'f', directory: 'd', link: 'h', block: 'b', other: 'e' } as const satisfies Record<
  Stat['type'],
  string
>;
const lively = /^(?:ext[234]|xfs|btrfs|f2fs)$/;
type Piece = NonNullable<Parameters<ReadHost['readBytes']>[1]>;
/** The limit of a chain of links; the kernel's own limit is 40. */
const mostLinks = 8;

/**
 * Returns the machine as the first stage of its next boot will find it if nothing changes: without a network, without files of
 * bootagent in /run, and with the units that start at boot counted as active. Everything that is read is recorded in the
 * snapshot.
 */
export function recordingHost(host: ReadHost, picture: BootSnapshot, timesOf = changeTimesReader()): ReadHost {
  const inTree = (path: string): string => (host.root === '/' ? path : host.root + path);
  let mounts: ReturnType<typeof mountsIn> | undefined;

  return {
    ...host,
    readText: noted(async (path) => {
      const bytes = await read(path);
      return bytes && Buffer.from(bytes).toString();
    }),
    readBytes: async (path, piece) =>
      piece && path.startsWith('/dev/') ? readDevice(path, piece) : noted(() => read(path, piece))(path),
    stat: noted(async (path) => {
      if (leftovers.test(path)) return void picture.gone(path);
      if (!fleeting.test(path)) return agreed(path, noteStanding(path), await host.stat(path));
      const stat = await host.stat(path);
      if (!stat) picture.gone(path);
      else picture.type(path, letters[stat.type]);
      return stat;
    }),
    list: noted(async (path) => {
      if (!fleeting.test(path)) {
        const shown = agreed(path, note(path, { follow: true }), await host.list(path));
        if (!hasTimes(path)) picture.names(path, shown);
        return shown;
      }
      const names = await host.list(path);
      picture.names(path, names);
      return names;
    }),
    readLink: noted(async (path) => {
      if (!fleeting.test(path)) return agreed(path, note(path, { follow: false }), await host.readLink(path));
      const target = await host.readLink(path);
      if (target !== undefined) picture.leads(path, resolve(realFolder(path), target));
      else if (await host.stat(path)) picture.worthless(`${path} is not a link`);
      else picture.gone(path);
      return target;
    }),
    space: noted(async (path) => {
      sizeOf(path);
      return host.space(path);
    }),
    async query(argv) {
      const unit = argv.at(-1) ?? '';
      if (!argv.every((word, index) => word === runningQuery(unit)[index])) return never(argv.join(' '));
      const starts = !(await isMasked(unit, this)) && (await linksTo(unit, this, 'all')).length > 0;
      // Another program may start the unit, which cannot be seen here.
      if (!starts && (await unitPath(unit, this)) !== undefined) picture.worthless(`${unit} may be started or not`);
      return { code: 0, stdout: `ActiveState=${starts ? 'active' : 'inactive'}\n`, stderr: '' };
    },
    http: async ({ url }) => never(url),
    sleep: async () => never('a wait'),
  };

  /** Wraps a read. If it fails and the caller continues, the result depends on something that the shell script cannot compare. */
  function noted<T>(look: (path: string) => Promise<T>): (path: string) => Promise<T> {
    return async (path) => {
      try {
        return await look(path);
      } catch (error) {
        picture.worthless(`${path} cannot be looked at`);
        throw error;
      }
    };
  }

  /** Checks that the record and the returned value agree on whether the path exists. */
  function agreed<T>(path: string, isThere: boolean, shown: T): T {
    const isSeen = Array.isArray(shown) ? shown.length > 0 : shown !== undefined;
    if (isSeen && !isThere) picture.worthless(`${path} is there and is not`);
    return shown;
  }

  async function read(path: string, piece?: Piece): Promise<Uint8Array | undefined> {
    if (leftovers.test(path)) return void picture.gone(path);
    if (!fleeting.test(path)) {
      const shown = agreed(path, note(path, { follow: true }), await host.readBytes(path, piece));
      if (shown && !hasTimes(path)) noteContent(path, (await host.readBytes(path)) ?? shown);
      return shown;
    }
    const bytes = await host.readBytes(path);
    const text = () => Buffer.from(bytes ?? []).toString();
    if (['/proc/net/route', '/proc/net/ipv6_route'].includes(path)) {
      picture.unnumbered();
      return undefined;
    }
    if (bytes === undefined) picture.gone(path);
    else if (path === '/proc/meminfo') picture.memory(Number(/^MemTotal:\s+(\d+)/m.exec(text())?.[1] ?? 0));
    else if (path === '/proc/self/mountinfo') {
      picture.mounts(text());
      await noMountsIn(fleeting);
    } else if (path === '/proc/swaps') picture.swaps(text());
    else picture.read(path, bytes);
    return piece ? bytes?.subarray(piece.from, piece.from + piece.length) : bytes;
  }

  /** Reads a device. A mounted disk changes all the time, so only its mount and its size are recorded. */
  async function readDevice(path: string, piece: Piece) {
    const target = await livesAt(path);
    if (target !== undefined) {
      sizeOf(target);
      return host.readBytes(path, piece);
    }
    picture.disk(path, await bytesOf(path, 0, headLength));
    const end = piece.from + piece.length;
    if (end > headLength) {
      for (let block = Math.floor(piece.from / blockLength); block * blockLength < end; block++)
        picture.block(path, block, await bytesOf(path, block * blockLength, blockLength));
    }
    return host.readBytes(path, piece);
  }

  /** Rejects mounts of fstab in these trees: they cannot be distinguished from mounts that come and go by themselves. */
  async function noMountsIn(tree: RegExp): Promise<void> {
    for (const line of Buffer.from((await read('/etc/fstab')) ?? [])
      .toString()
      .split('\n')) {
      const [source = '#', target = ''] = line.trim().split(/\s+/);
      if (!source.startsWith('#') && tree.test(target) && !always.includes(target))
        picture.worthless(`/etc/fstab mounts ${target}`);
    }
  }

  /** Returns no bytes for a drive without a medium, which the shell script cannot read either. */
  async function bytesOf(path: string, from: number, length: number): Promise<Uint8Array> {
    return (await host.readBytes(path, { from, length }).catch(() => undefined)) ?? new Uint8Array();
  }

  /** Returns where a device is mounted, if its file system is one for system disks: a seed may have any other. */
  async function livesAt(path: string): Promise<string | undefined> {
    const number = (await host.stat(path))?.rdev;
    mounts ??= mountsIn((await host.readText('/proc/self/mountinfo')) ?? '');
    return mounts.find(({ type, device, source }) => lively.test(type) && (device === number || source === path))
      ?.target;
  }

  /** Records a path before it is read, so that a later change shows in its times. Returns whether the path exists. */
  function note(path: string, { follow }: { readonly follow: boolean }, links = 0): boolean {
    const stats = reading(path, () => lstatSync(inTree(path), { bigint: true, throwIfNoEntry: false }));
    noteAs(path, stats);
    if (!follow || !stats?.isSymbolicLink()) return stats !== undefined;
    if (links > mostLinks) picture.worthless(`${path} leads on and on`);
    return links <= mostLinks && note(resolve(realFolder(path), readlinkSync(inTree(path))), { follow }, links + 1);
  }

  function noteAs(path: string, stats: BigIntStats | undefined): void {
    if (!stats) {
      picture.gone(path);
      return;
    }
    const { ino, size, ctimeNs, mode, uid, gid } = stats;
    const times = timesOf(inTree(path), stats);
    if (times === 'fixed') {
      const standing = `${mode.toString(16)} ${uid} ${gid}`;
      if (stats.isSymbolicLink()) picture.leads(path, resolve(realFolder(path), readlinkSync(inTree(path))));
      else if (stats.isDirectory()) picture.folder(path, standing);
      else picture.fixed(path, `${standing} ${size}`);
      return;
    }
    const seconds = ctimeNs / 1_000_000_000n;
    picture.changed(String(stats.dev), path, times);
    picture.file(path, `${ino} ${size} ${seconds}.${String(ctimeNs % 1_000_000_000n).padStart(9, '0')}`);
  }

  /** Returns whether the file or directory behind this path is on a file system that sets the ctime at each change. */
  function hasTimes(path: string): boolean {
    const stats = lstatSync(inTree(path), { bigint: true, throwIfNoEntry: false });
    if (!stats) return true;
    return stats.isSymbolicLink()
      ? hasTimes(resolve(realFolder(path), readlinkSync(inTree(path))))
      : timesOf(inTree(path), stats) !== 'fixed';
  }

  function noteContent(path: string, bytes: Uint8Array): void {
    if (bytes.length > headLength) picture.worthless(`${path} is long, and its times do not tell of changes`);
    else picture.read(path, bytes);
  }

  /**
   * Records a path for `stat`. Only mode and owner of a directory are recorded: the content of home directories changes all the
   * time.
   */
  function noteStanding(path: string): boolean {
    const stats = reading(path, () => lstatSync(inTree(path), { bigint: true, throwIfNoEntry: false }));
    if (stats?.isDirectory()) picture.folder(path, `${stats.mode.toString(16)} ${stats.uid} ${stats.gid}`);
    else noteAs(path, stats);
    return stats !== undefined;
  }

  /** Returns the parent directory of a path, with links resolved: relative link targets start there. */
  function realFolder(path: string): string {
    const real = realpathSync(inTree(dirname(path)));
    return host.root === '/' ? real : real.slice(realpathSync(host.root).length) || '/';
  }

  function sizeOf(target: string): void {
    const { blocks, bsize } = statfsSync(inTree(target));
    picture.filesystem(target, `${blocks} ${bsize}`);
  }

  function never(what: string): never {
    picture.worthless(`it takes ${what}`);
    throw new Problem('unexpected', `A rehearsal has no ${what}`);
  }
}

/** The file systems for which the kernel itself sets the time of each change, by f_type of statfs(2). */
const timedFileSystems: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
]);

/** The changes that the ctime of a file reveals: each one, those in different seconds, or none. */
type ChangeTimes = 'each' | 'seconds' | 'fixed';

/**
 * Returns what the ctime reveals on a file system. In squashfs and erofs, and in an overlay above them, the image's builder set
 * the times: another image may show the same times and inode numbers.
 */
export const changeTimes = (fileSystem: number, ctimeNs: bigint): ChangeTimes =>
  !timedFileSystems.has(fileSystem) ? 'fixed' : ctimeNs % 1_000_000_000n === 0n ? 'seconds' : 'each';

function changeTimesReader(): (path: string, stats: BigIntStats) => ChangeTimes {
  const types = new Map<bigint, number>();
  return (path, stats) => {
    const type = types.get(stats.dev) ?? statfsSync(stats.isSymbolicLink() ? dirname(path) : path).type;
    types.set(stats.dev, type);
    return changeTimes(type, stats.ctimeNs);
  };
}
