import { dirname } from 'node:path';
import { type CallPaths, callPaths } from './call-paths.ts';
import {
  type Attributes,
  type FolderNode,
  type Node,
  newFile,
  newFolder,
  nodeAt,
  rename,
  sync,
  syncAll,
} from './disk.ts';
import type { Call } from './read-trace.ts';

/** Makes the change of a call on the disk; returns the path that it changed or synced, undefined for none on this disk. */
type Replayed = (call: Call, disk: FolderNode, paths: CallPaths) => string | undefined;

/** Returns a function that replays the calls of a system whose root directory was the folder `root`. */
export function replayOn(
  disk: FolderNode,
  root: string,
  others: readonly string[],
): (call: Call) => string | undefined {
  const paths = callPaths(root, others);
  return (call) => table[call.name]?.(call, disk, paths);
}

const open: Replayed = (call, disk, paths) => {
  const path = paths.opened(call);
  if (path === undefined) return undefined;
  const creates = call.name === 'creat' || call.args.includes('O_CREAT');
  if (creates && !nodeAt(disk, path)) return put(disk, path, newFile(created(call)));
  const writes = /O_WRONLY|O_RDWR/.test(call.args);
  return call.name === 'creat' || (writes && call.args.includes('O_TRUNC')) ? resize(disk, path, 0) : undefined;
};

const write: Replayed = (call, disk, paths) => {
  const at = call.name === 'pwrite64' ? numberAt(call, 3) : paths.advance(call);
  const bytes = Buffer.concat(call.strings).subarray(0, call.result);
  return on(paths.descriptor(call), (path) => overwrite(disk, path, bytes, at));
};

const move: Replayed = (call, disk, paths) => {
  const [from, to] = [paths.argument(call, 0), paths.argument(call, 1)];
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined) throw new Error('the trace has a rename between file systems');
  const [old, next] = [placeOf(disk, from), placeOf(disk, to)];
  const node = old.folder.entries.get(old.name);
  if (!node) throw new Error(`the replay has no ${from}`);
  if (old.folder !== next.folder) {
    put(disk, to, node);
    return put(disk, from, undefined);
  }
  rename(old.folder, (entries) => {
    entries.delete(old.name);
    entries.set(next.name, node);
  });
  return to;
};

const makeFolder: Replayed = (call, disk, paths) =>
  on(paths.argument(call), (path) => put(disk, path, newFolder(created(call))));

const remove: Replayed = (call, disk, paths) => on(paths.argument(call), (path) => put(disk, path, undefined));

const link: Replayed = (call, disk, paths) => {
  const from = paths.argument(call, 0);
  const node = from === undefined ? undefined : nodeAt(disk, from, false);
  return on(paths.argument(call, 1), (path) => put(disk, path, node));
};

const symlink: Replayed = (call, disk, paths) => {
  const node: Node = { is: 'link', target: String(call.strings[0]), own: { mode: 0o777, uid: 0, gid: 0 } };
  return on(paths.argument(call, 1, call.paths[0]), (path) => put(disk, path, node));
};

const syncOne: Replayed = (call, disk, paths) =>
  on(paths.descriptor(call), (path) => {
    const node = nodeAt(disk, path);
    if (node) sync(node);
    return path;
  });

const syncWhole: Replayed = (call, disk, paths) => {
  const path = call.name === 'sync' ? '/' : paths.descriptor(call);
  if (path !== undefined) syncAll(disk);
  return path;
};

const noted =
  (note: (paths: CallPaths, call: Call) => void): Replayed =>
  (call, _, paths) =>
    void note(paths, call);

/** A change that the replay cannot make; none on this disk is expected. */
const unknown: Replayed = (call, _, paths) =>
  on(paths.descriptor(call), (path) => {
    throw new Error(`the replay does not know ${call.name} of ${path}`);
  });

const named =
  (change: (call: Call) => (own: Attributes) => Attributes, follow = true): Replayed =>
  (call, disk, paths) =>
    on(paths.argument(call), (path) => adorn(disk, path, change(call), follow));

const held =
  (change: (call: Call) => (own: Attributes) => Attributes): Replayed =>
  (call, disk, paths) =>
    on(paths.descriptor(call), (path) => adorn(disk, path, change(call)));

const mode = (index: number) => (call: Call) => (own: Attributes) => ({ ...own, mode: modeAt(call, index) });
const owner = (index: number) => (call: Call) => (own: Attributes) => {
  const [uid, gid] = [numberAt(call, index), numberAt(call, index + 1)];
  return { ...own, uid: uid === -1 ? own.uid : uid, gid: gid === -1 ? own.gid : gid };
};

const table: Readonly<Record<string, Replayed>> = {
  ...{ open, openat: open, creat: open, write, writev: write, pwrite64: write },
  ...{ rename: move, renameat: move, renameat2: move, link, linkat: link, symlink, symlinkat: symlink },
  ...{ mkdir: makeFolder, mkdirat: makeFolder, unlink: remove, unlinkat: remove, rmdir: remove },
  ...{ chmod: named(mode(1)), fchmodat: named(mode(2)), fchmod: held(mode(1)) },
  ...{ chown: named(owner(1)), lchown: named(owner(1), false), fchown: held(owner(1)) },
  fchownat: (call, ...rest) => (call.strings[0]?.length === 0 ? held : named)(owner(2))(call, ...rest),
  truncate: (call, disk, paths) => on(paths.argument(call), (path) => resize(disk, path, numberAt(call, 1))),
  ftruncate: (call, disk, paths) => on(paths.descriptor(call), (path) => resize(disk, path, numberAt(call, 1))),
  ...{ fsync: syncOne, fdatasync: syncOne, sync: syncWhole, syncfs: syncWhole },
  ...{ fallocate: unknown, copy_file_range: unknown, sendfile: unknown, splice: unknown, pwritev: unknown },
  clone: noted((paths, call) => paths.forked(call)),
  clone3: noted((paths, call) => paths.forked(call)),
  vfork: noted((paths, call) => paths.forked(call)),
  chdir: noted((paths, call) => paths.entered(call)),
  lseek: noted((paths, call) => paths.seeked(call)),
};

/** The system calls that a trace needs; strace must show the paths of descriptors (-y) and whole strings (-s). */
export const replayedCalls = Object.keys(table);

function on(path: string | undefined, change: (path: string) => string): string | undefined {
  return path === undefined ? undefined : change(path);
}

function placeOf(disk: FolderNode, path: string): { readonly folder: FolderNode; readonly name: string } {
  const folder = nodeAt(disk, dirname(path));
  if (folder?.is !== 'folder') throw new Error(`the replay has no folder ${dirname(path)}`);
  return { folder, name: path.slice(path.lastIndexOf('/') + 1) };
}

function put(disk: FolderNode, path: string, node: Node | undefined): string {
  const { folder, name } = placeOf(disk, path);
  rename(folder, (entries) => (node ? entries.set(name, node) : entries.delete(name)));
  return path;
}

function overwrite(disk: FolderNode, path: string, bytes: Buffer, at: number | undefined): string {
  const file = nodeAt(disk, path);
  if (file?.is !== 'file') throw new Error(`the replay has no file ${path}`);
  const from = at ?? file.bytes.length;
  const next = Buffer.alloc(Math.max(file.bytes.length, from + bytes.length));
  file.bytes.copy(next);
  bytes.copy(next, from);
  file.bytes = next;
  return path;
}

function resize(disk: FolderNode, path: string, size: number): string {
  const file = nodeAt(disk, path);
  if (file?.is === 'file') file.bytes = Buffer.concat([file.bytes, Buffer.alloc(size)]).subarray(0, size);
  return path;
}

function adorn(disk: FolderNode, path: string, change: (own: Attributes) => Attributes, follow = true): string {
  const node = nodeAt(disk, path, follow);
  if (!node) throw new Error(`the replay has no ${path}`);
  if (node.is !== 'link') node.own = change(node.own);
  return path;
}

/** Returns the attributes of what a call creates; the agent and its programs run with the umask 022. */
const created = ({ args }: Call): Attributes => ({
  mode: Number.parseInt(/(?:^|, )(0[0-7]+)$/.exec(args)?.[1] ?? '0666', 8) & ~0o022,
  uid: 0,
  gid: 0,
});

const numberAt = ({ args }: Call, index: number): number => Number(args.split(', ')[index]);
const modeAt = ({ args }: Call, index: number): number => Number.parseInt(args.split(', ')[index] ?? '', 8);
