import type { Query } from './queries.ts';

/** The read-only operations on a machine. Every path is absolute, as seen from its root. */
export interface ReadHost {
  /** Whether the host is a file tree, such as an image, and not a running machine. Changes that need one are deferred. */
  readonly offline: boolean;
  /** The root folder: "/" for this machine, else that of the tree. Only for options such as systemctl --root. */
  readonly root: string;
  /** Whether the process runs as root and can read every file and set every owner. */
  readonly privileged: boolean;
  /** Returns the text of a file, or undefined if it does not exist. */
  readText(path: string): Promise<string | undefined>;
  /** Returns the bytes of a file, or a range of them; undefined if it does not exist. */
  readBytes(path: string, piece?: { readonly from: number; readonly length: number }): Promise<Uint8Array | undefined>;
  /** Returns the attributes of the path itself, as lstat(2): links are not followed. */
  stat(path: string): Promise<Stat | undefined>;
  /** Returns the names in a folder, sorted; an empty list if it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** Returns the target of a symbolic link, unresolved. */
  readLink(path: string): Promise<string | undefined>;
  /** Returns the total and free bytes of the file system that contains the path. */
  space(path: string): Promise<{ readonly bytes: number; readonly free: number } | undefined>;
  /** Runs one of the read-only commands. A nonzero exit is part of the result, not an error. */
  query(argv: Query, options?: { readonly timeoutMs?: number }): Promise<Output>;
  /** Sends one read-only request (GET, or the PUT that fetches a token). The caller handles retries. */
  http(request: Request): Promise<Response>;
  /** Returns the milliseconds of a monotonic clock. */
  now(): number;
  /** Returns the wall-clock time, in milliseconds since 1970. */
  clock(): number;
  sleep(ms: number): Promise<void>;
}

/** The operations that change a machine. Of the handlers, only `apply` and `perform` receive a Host. */
export interface Host extends ReadHost {
  /** Replaces the file atomically. Keeps mode, owner and SELinux label unless given. Creates missing folders. */
  writeFile(path: string, content: string | Uint8Array, attributes?: Attributes): Promise<void>;
  /**
   * Writes the contents of new files to disk together, so that `writeFile` of the same files only names them. What cannot be
   * prepared is left to `writeFile`. `discardPrepared` removes what was not used.
   */
  prepareFiles(files: readonly NewFileContent[]): Promise<void>;
  discardPrepared(): Promise<void>;
  makeDirectory(path: string, attributes?: Attributes): Promise<void>;
  /** Removes the path recursively; a link is removed, not followed. */
  remove(path: string): Promise<void>;
  /** Truncates a file to length 0 and keeps its attributes. */
  truncate(path: string): Promise<void>;
  /** Creates a symbolic link, or replaces one atomically. */
  link(path: string, target: string): Promise<void>;
  setAttributes(path: string, attributes: Attributes): Promise<void>;
  /** Runs a program until it exits; throws a Problem with the last output lines if it fails. */
  run(argv: readonly string[], options?: RunOptions): Promise<Output>;
  /** Runs the items of a list in one shell, one after the other, and reports the beginning and end of each. */
  shell(script: ShellList, tell: (event: ShellEvent) => Promise<void>): Promise<ShellEnd>;
  /** Sends one request that changes remote state. */
  send(request: Request): Promise<Response>;
}

export interface Stat {
  readonly type: 'file' | 'directory' | 'link' | 'block' | 'other';
  /** The twelve permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** The bytes allocated on disk: fewer than `size` in a sparse file. */
  readonly allocated: number;
  /** The containing device, and in `rdev` the device that a device node refers to, as major:minor ("8:1"). */
  readonly device: string;
  readonly rdev: string;
  readonly inode: number;
  readonly modifiedMs: number;
}

export interface Attributes {
  readonly mode?: number | undefined;
  /** A user name or uid. */
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** A folder (a home) in which no link is followed, even one that root created. */
  readonly within?: string | undefined;
}

export interface NewFileContent {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly attributes: Attributes;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** Milliseconds until the program and its process group are stopped; 0 for no limit. Default: two minutes. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The exit codes that count as success. Default: only 0. */
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
  /** The maximum size of the response body in bytes; a larger one is an error. Default: 16 MiB. */
  readonly limitBytes?: number;
  /** Truncates a longer body here without an error, for callers that check a stricter limit and report it. */
  readonly truncateAt?: number;
  /** Sends it from a port below 1024, by which a service recognizes root. */
  readonly lowPort?: boolean;
  /** The Unix socket to which it is sent, instead of the host of the URL. */
  readonly socket?: string;
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Shell items that one shell runs one after the other. */
export interface ShellList {
  /** The name of the list, its working folder and its log: "runcmd". */
  readonly name: string;
  /** The shell text of each item. */
  readonly items: readonly string[];
  /** The log line before the output of each item: "runcmd[1] (2 of 5): setup --now". */
  readonly titles?: readonly string[];
  /** The shell that runs the items. */
  readonly shell: 'sh' | 'bash';
  /** Shell text that runs before the first item. */
  readonly before?: string;
  /** The zero-based index of the first item to run: an earlier start ran those before it. */
  readonly from?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Whether a failed item ends the list. */
  readonly stopOnError?: boolean;
  /** Shell commands that read the output, in addition to the log: both streams together, or each on its own. */
  readonly output?: { readonly both: string } | { readonly stdout?: string; readonly stderr?: string };
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
      /** The signal that ended the item, or ended the shell while the item ran. */
      readonly signal?: string;
      /** The list exceeded its timeout while the item ran. */
      readonly timedOut?: true;
      readonly log?: string;
    };

export interface ShellEnd {
  /** The exit status of the shell, or the signal that ended it. */
  readonly code: number;
  readonly signal?: string | undefined;
  /** The list was stopped because it exceeded its timeout. */
  readonly timedOut?: true;
  /** The log file with the output, readable by root only. */
  readonly log: string;
  /** The machine is shutting down: the running item counts as completed, because it may have requested the shutdown. */
  readonly shutdown: boolean;
}
