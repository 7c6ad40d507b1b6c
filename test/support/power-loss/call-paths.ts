import { join, normalize } from 'node:path';
import type { Call } from './read-trace.ts';

/** Resolves the paths of calls. Paths on other file systems are undefined. */
export interface CallPaths {
  /** Returns the path of a quoted argument: absolute, below a descriptor, or below the working directory. */
  argument(call: Call, index?: number, base?: string): string | undefined;
  /** Returns the path of the first descriptor among the arguments. */
  descriptor(call: Call): string | undefined;
  /** Records the descriptor that a call opened; returns its path. */
  opened(call: Call): string | undefined;
  forked(call: Call): void;
  entered(call: Call): void;
  seeked(call: Call): void;
  /** Returns the offset at which a write begins and moves it; undefined if the write appends. */
  advance(call: Call): number | undefined;
}

interface Opened {
  readonly path: string;
  /** The next offset; undefined for a descriptor that appends. */
  at: number | undefined;
}

/**
 * Returns the paths as a system sees them whose root directory is the folder `root`. `others` are the folders that other file
 * systems are mounted on.
 */
export function callPaths(root: string, others: readonly string[]): CallPaths {
  const groups = new Map<number, number>();
  const folders = new Map<number, string>();
  const open = new Map<string, Opened>();
  const groupOf = (process: number): number => groups.get(process) ?? process;
  const keyOf = ({ process }: Call, fd: number): string => `${groupOf(process)} ${fd}`;
  const ownFd = (call: Call): number => Number(/^\d+/.exec(call.args)?.[0] ?? -1);

  const onDisk = (path: string | undefined): string | undefined =>
    path === undefined || others.some((other) => path === other || path.startsWith(`${other}/`)) ? undefined : path;
  const inside = (path: string | undefined): string | undefined =>
    path === root ? '/' : path?.startsWith(`${root}/`) ? path.slice(root.length) : undefined;

  return {
    argument(call, index = 0, base) {
      const text = String(call.strings[index] ?? '');
      const [, fd, rest = ''] = /^\/proc\/self\/fd\/(\d+)(.*)$/.exec(text) ?? [];
      if (fd !== undefined) {
        const folder = inside(open.get(keyOf(call, Number(fd)))?.path);
        return folder === undefined ? undefined : onDisk(normalize(`${folder}${rest}`));
      }
      if (text.startsWith('/')) return onDisk(normalize(text));
      const folder = inside(base ?? call.paths[index] ?? folders.get(groupOf(call.process)));
      return folder === undefined ? undefined : onDisk(normalize(join(folder, text)));
    },
    descriptor: ({ paths }) => (paths[0]?.endsWith(' (deleted)') ? undefined : onDisk(inside(paths[0]))),
    opened(call) {
      const path = call.resultPath ?? '';
      open.set(keyOf(call, call.result), { path, at: call.args.includes('O_APPEND') ? undefined : 0 });
      return onDisk(inside(path));
    },
    forked(call) {
      if (call.args.includes('CLONE_THREAD')) groups.set(call.result, groupOf(call.process));
      folders.set(call.result, folders.get(groupOf(call.process)) ?? root);
    },
    entered: (call) => void folders.set(groupOf(call.process), `${root}${String(call.strings[0])}`),
    seeked(call) {
      const file = open.get(keyOf(call, ownFd(call)));
      if (file && file.at !== undefined) file.at = call.result;
    },
    advance(call) {
      const file = open.get(keyOf(call, ownFd(call)));
      // A descriptor that was inherited, of a log: what is written comes last.
      if (file?.at === undefined) return undefined;
      file.at += call.result;
      return file.at - call.result;
    },
  };
}
