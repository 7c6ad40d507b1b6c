import type { Query } from './queries.ts';

/** What bootagent may ask of a machine without changing it. Every path is absolute, as the machine itself sees it. */
export interface ReadHost {
  /** A tree of files that is not running: an image being built. What only a running machine can do is deferred. */
  readonly offline: boolean;
  /** The folder that is the root: "/" for this machine, the tree otherwise. Only for words like systemctl --root. */
  readonly root: string;
  /** Whether we are root, and so may read and own everything. */
  readonly privileged: boolean;
  /** The file's text, or undefined where there is none. */
  readText(path: string): Promise<string | undefined>;
  /** The file's bytes, or a piece of them; undefined where there is none. */
  readBytes(path: string, piece?: { readonly from: number; readonly length: number }): Promise<Uint8Array | undefined>;
  /** What stands at the path itself: a link is told as a link. */
  stat(path: string): Promise<Stat | undefined>;
  /** The names in a folder, sorted; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Where a symbolic link points, as written. */
  readLink(path: string): Promise<string | undefined>;
  /** Bytes in all and bytes free on the file system that holds the path. */
  space(path: string): Promise<{ readonly bytes: number; readonly free: number } | undefined>;
  /** Runs one of the commands that only look. How it exits is part of the answer. */
  query(argv: Query, options?: { readonly timeoutMs?: number }): Promise<Output>;
  /** One request that only asks (GET, and the PUT that fetches a token). Retries are the caller's. */
  http(request: Request): Promise<Response>;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** What the wall clock says, in milliseconds since 1970. */
  clock(): number;
  sleep(ms: number): Promise<void>;
}

/** What bootagent may do to a machine. Only a change's `apply` and an act's `perform` are handed one. */
export interface Host extends ReadHost {
  /** Replaces the file at one stroke; keeps mode, owner and SELinux label unless told otherwise. Makes missing folders. */
  writeFile(path: string, content: string | Uint8Array, attributes?: Attributes): Promise<void>;
  makeDirectory(path: string, attributes?: Attributes): Promise<void>;
  /** Removes what stands at the path, with all that is in it; a link is removed, not followed. */
  remove(path: string): Promise<void>;
  /** Empties a file, keeping everything about it but its content. */
  truncate(path: string): Promise<void>;
  /** Makes, or replaces at one stroke, a symbolic link. */
  link(path: string, target: string): Promise<void>;
  setAttributes(path: string, attributes: Attributes): Promise<void>;
  /** Runs a program to its end, or throws a Problem with what it said last. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
  /** Runs the items of a list in one shell, one after the other, and tells of each as it begins and ends. */
  shell(script: ShellList, tell: (event: ShellEvent) => Promise<void>): Promise<ShellEnd>;
  /** One request that changes something elsewhere. */
  send(request: Request): Promise<Response>;
}

export interface Stat {
  readonly type: 'file' | 'directory' | 'link' | 'block' | 'other';
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Bytes really taken on the disk: less than `size` where there are holes. */
  readonly allocated: number;
  /** The device it lies on, and for a device the one it is, as "8:1". */
  readonly device: string;
  readonly rdev: string;
  readonly modifiedMs: number;
}

export interface Attributes {
  readonly mode?: number | undefined;
  /** A user's name or number. */
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** A folder (a home) that the path must not leave through any link, whoever made it. */
  readonly within?: string | undefined;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** Milliseconds until it is stopped with everything it started; 0 for no limit. Two minutes unless told. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Exits other than 0 that are no failure. */
  readonly accept?: readonly number[];
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Request {
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  /** The most bytes of body that are taken; 16 MiB unless told. */
  readonly limitBytes?: number;
  /** Cuts a longer answer here instead of refusing it: for what its reader limits more closely, and reports. */
  readonly truncateAt?: number;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Shell text or ready-made argument lists, to be run one by one by the same shell. */
export interface ShellList {
  /** Names the folder its work is kept in: "runcmd". */
  readonly name: string;
  /** The shell text of each item. */
  readonly items: readonly string[];
  /** What the log has before the output of each item: "runcmd[1] (2 of 5): setup --now". */
  readonly titles?: readonly string[];
  /** Which shell reads them. */
  readonly shell: 'sh' | 'bash';
  /** Shell text that is read before the first item. */
  readonly before?: string;
  /** The first item to run, from 0: those before it were run by an earlier start. */
  readonly from?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Whether an item that fails ends the list. */
  readonly stopOnError?: boolean;
}

export type ShellEvent =
  | { readonly event: 'began'; readonly item: number }
  | {
      readonly event: 'ended';
      readonly item: number;
      readonly code: number;
      readonly ms: number;
      /** The last lines of its output. */
      readonly tail: string;
      readonly lastLine?: string;
      /** The signal that ended it, or the shell in it. */
      readonly signal?: string;
      readonly log?: string;
    };

export interface ShellEnd {
  /** How the shell itself ended: its exit status, or the signal that ended it. */
  readonly code: number;
  readonly signal?: string | undefined;
  /** It was ended since it had run for as long as it may. */
  readonly timedOut?: true;
  /** Where the whole output is kept, readable by root. */
  readonly log: string;
  /** The machine is going down: the item that was running has done what it was asked. */
  readonly shutdown: boolean;
}
