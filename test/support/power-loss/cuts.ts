import { createHash } from 'node:crypto';
import { everything, type FolderNode, type Node, type Survivor, survivors } from './disk.ts';
import { otherFolders } from './machine.ts';
import type { Call } from './read-trace.ts';
import { replayOn } from './replay.ts';

/** What a power loss leaves after one call of a run. */
export interface Cut {
  /** "after fsync /etc". */
  readonly when: string;
  readonly disk: FolderNode;
  /** What the scripts had written by then to /outside/ran. */
  readonly ran: readonly string[];
}

/** The trace of a run, with the root directory that it had and the disk that it began with. */
export interface Trace {
  readonly calls: readonly Call[];
  readonly root: string;
  readonly image: FolderNode;
}

/**
 * Returns what a power loss leaves after each call of a run, once for each different result. `survivor` decides about what no
 * sync covers. `forget` leaves out calls: a test leaves out syncs to see that they are missed.
 */
export function cutsOf(
  { calls, root, image }: Trace,
  survivor: Survivor,
  forget: (call: Call) => boolean = () => false,
): { readonly cuts: readonly Cut[]; readonly end: FolderNode } {
  const disk = survivors(image, everything);
  const apply = replayOn(disk, root, otherFolders);
  const cuts = new Map<string, Cut>();
  const ran: string[] = [];
  for (const call of calls) {
    if (call.name === 'write' && call.paths[0] === `${root}/outside/ran`) ran.push(String(call.strings[0]).trim());
    if (forget(call)) continue;
    const path = apply(call);
    if (path === undefined) continue;
    const left = survivors(disk, survivor);
    const key = createHash('sha256').update(linesOf(left).join('\n')).update(ran.join()).digest('hex');
    if (!cuts.has(key)) cuts.set(key, { when: `after ${call.name} ${path}`, disk: left, ran: [...ran] });
  }
  return { cuts: [...cuts.values()], end: survivors(disk, everything) };
}

/** Describes a tree, one line a path, except for what `ignored` says. */
export function linesOf(node: Node, ignored: (path: string) => boolean = () => false, path = ''): string[] {
  if (ignored(path)) return [];
  const { mode, uid, gid } = node.own;
  const line = (content: string) => `${path} ${mode.toString(8)} ${uid}:${gid} ${content}`;
  if (node.is === 'link') return [`${path} -> ${node.target}`];
  if (node.is === 'file') return [line(createHash('sha256').update(node.bytes).digest('hex'))];
  const below = [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return [line('folder'), ...below.flatMap(([name, each]) => linesOf(each, ignored, `${path}/${name}`))];
}
