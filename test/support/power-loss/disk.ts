import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The attributes and the bytes of a file at one moment. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface FileNode {
  readonly is: 'file';
  bytes: Buffer;
  own: Attributes;
  /** What a power loss leaves: the file at its last sync; of a file that was never synced, its name and nothing in it. */
  kept: { readonly bytes: Buffer; readonly own: Attributes };
}

export interface FolderNode {
  readonly is: 'folder';
  entries: Map<string, Node>;
  own: Attributes;
  kept: { readonly entries: ReadonlyMap<string, Node>; readonly own: Attributes };
  /** The entries after each change since the last sync: a power loss may leave any of them. */
  since: ReadonlyMap<string, Node>[];
}

export interface LinkNode {
  readonly is: 'link';
  readonly target: string;
  readonly own: Attributes;
}

export type Node = FileNode | FolderNode | LinkNode;

/** Decides which of `count` states of a file or folder a power loss leaves: 0 is the one at its last sync, `live` the latest. */
export type Survivor = (count: number, live: number) => number;

/** The strictest file system that POSIX permits: what was not synced is lost. */
export const onlySynced: Survivor = () => 0;
/** The state that the running system sees. */
export const everything: Survivor = (_, live) => live;

export const newFile = (own: Attributes): FileNode => ({
  is: 'file',
  bytes: Buffer.alloc(0),
  own,
  kept: { bytes: Buffer.alloc(0), own },
});

export const newFolder = (own: Attributes): FolderNode => ({
  is: 'folder',
  entries: new Map(),
  own,
  kept: { entries: new Map(), own },
  since: [],
});

/** Writes a node to disk, as fsync does: the content of a file, or the names in a folder. */
export function sync(node: Node): void {
  if (node.is === 'file') node.kept = { bytes: node.bytes, own: node.own };
  if (node.is !== 'folder') return;
  node.kept = { entries: new Map(node.entries), own: node.own };
  node.since = [];
}

/** Writes all nodes of a tree to disk, as syncfs does. */
export function syncAll(node: Node): void {
  sync(node);
  if (node.is === 'folder') for (const each of node.entries.values()) syncAll(each);
}

/** Changes the names in a folder. */
export function rename(folder: FolderNode, change: (entries: Map<string, Node>) => void): void {
  change(folder.entries);
  folder.since.push(new Map(folder.entries));
}

/** Returns the node at a path, through symbolic links; undefined if it does not exist. */
export function nodeAt(root: FolderNode, path: string, follow = true, links = 0): Node | undefined {
  const names = path.split('/').filter(Boolean);
  let node: Node | undefined = root;
  for (const [index, name] of names.entries()) {
    if (node?.is !== 'folder') return undefined;
    node = node.entries.get(name);
    const isLast = index === names.length - 1;
    if (node?.is !== 'link' || (isLast && !follow) || links > 40) continue;
    const to = join('/', node.target.startsWith('/') ? '' : names.slice(0, index).join('/'), node.target);
    return nodeAt(root, join(to, ...names.slice(index + 1)), follow, links + 1);
  }
  return node;
}

/** Returns the tree that a power loss leaves. */
export function survivors(root: FolderNode, survivor: Survivor): FolderNode {
  const files = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    if (node.is === 'link') return node;
    const known = files.get(node);
    if (known) return known;
    if (node.is === 'file') {
      const left = [node.kept, { bytes: node.bytes, own: node.own }, torn(node)][survivor(3, 1)] ?? node.kept;
      const made: FileNode = { is: 'file', ...left, kept: left };
      files.set(node, made);
      return made;
    }
    const states = [node.kept.entries, ...node.since];
    const left = states[survivor(states.length, states.length - 1)] ?? node.kept.entries;
    const own = survivor(2, 1) === 0 ? node.kept.own : node.own;
    const entries = new Map([...left].map(([name, each]) => [name, copy(each)]));
    return { is: 'folder', entries, own, kept: { entries, own }, since: [] };
  };
  return copy(root) as FolderNode;
}

/** A file of which the last write reached the disk in part. */
function torn({ kept, bytes, own }: FileNode): FileNode['kept'] {
  const isAppended = bytes.length >= kept.bytes.length && bytes.subarray(0, kept.bytes.length).equals(kept.bytes);
  const whole = isAppended ? kept.bytes.length : 0;
  return { bytes: bytes.subarray(0, Math.floor((whole + bytes.length) / 2)), own };
}

/** Reads a tree as one that is on disk as a whole. */
export function readTree(path: string): FolderNode {
  const folder = newFolder(attributesOf(path));
  for (const name of readdirSync(path).sort()) folder.entries.set(name, readNode(join(path, name)));
  sync(folder);
  return folder;
}

function readNode(path: string): Node {
  const stats = lstatSync(path);
  if (stats.isDirectory()) return readTree(path);
  if (stats.isSymbolicLink()) return { is: 'link', target: readlinkSync(path), own: attributesOf(path) };
  const file = newFile(attributesOf(path));
  file.bytes = readFileSync(path);
  sync(file);
  return file;
}

function attributesOf(path: string): Attributes {
  const { mode, uid, gid } = lstatSync(path);
  return { mode: mode & 0o7777, uid, gid };
}

export function writeTree(path: string, node: Node): void {
  const { uid, gid, mode } = node.own;
  if (node.is === 'link') {
    symlinkSync(node.target, path);
    lchownSync(path, uid, gid);
    return;
  }
  if (node.is === 'file') writeFileSync(path, node.bytes);
  else {
    mkdirSync(path, { recursive: true });
    for (const [name, each] of node.entries) writeTree(join(path, name), each);
  }
  chownSync(path, uid, gid);
  chmodSync(path, mode);
}
