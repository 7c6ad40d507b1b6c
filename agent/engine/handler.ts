import type { Problem } from '../base/problem.ts';
import type { Host, ReadHost } from '../host/host.ts';
import type { Change, CommandInfo } from './change.ts';

/** The difference between the machine and a change. */
export interface Difference<Observed = unknown> {
  /** "does not exist", "has other content". */
  readonly why: string;
  /** The planned action, in the imperative: "create", "vm -> web-01". Default: the usual action of the kind. */
  readonly will?: string;
  /** The file before and after: displayed as a diff, and visible to later changes of a preview. */
  readonly file?: { readonly path: string; readonly before: string | undefined; readonly after: string };
  /** Tables whose content will change. Not displayed, because ids in them are not allocated yet, but visible in a preview. */
  readonly tables?: readonly { readonly path: string; readonly after: string }[];
  /** The affected paths, where the change selects them by a pattern. */
  readonly paths?: readonly string[];
  /** The paths that it removes; later changes of a preview no longer see them. */
  readonly gone?: readonly string[];
  /** The bytes that the file system at a path gains: later changes of a preview may use them. */
  readonly room?: { readonly path: string; readonly bytes: number };
  /** A link that it creates: the node of a label in /dev. */
  readonly link?: { readonly path: string; readonly target: string };
  /** What `compare` read, for `apply`, which then does not read it again. Never reported. */
  readonly observed?: Observed;
}

/** The change holds as far as possible; the text states the limit: "/ is overlay, which has no partition". */
export interface Remark {
  readonly holds: string;
  /** The request is not fulfilled, although nothing failed: all views show the text as a warning. */
  readonly warns?: true;
}

/** Names, compares and applies one kind of state. `Observed`: what `compare` passes to `apply`. */
export interface StateHandler<C extends Change, Observed = unknown> {
  readonly sort: 'state';
  /** The requirement of `apply`: a running machine, or root privileges. Without it the change is deferred. */
  readonly needs?: 'machine' | 'root';
  /** Returns the subject of the change for reports: the path, the user, the unit. */
  subject(change: C): string;
  /**
   * Returns the difference, or undefined when the change holds.
   * A missing object is a difference, never an error: in a preview an earlier change may still create it.
   */
  compare(change: C, host: ReadHost): Promise<Difference<Observed> | Remark | string | undefined>;
  /**
   * Applies the change. Called only with a difference that was just found, or after the change that it follows was
   * applied: then nothing was observed. May return a note.
   */
  apply(
    change: C,
    host: Host,
    found?: Difference<Observed>,
    waiting?: Waiting,
  ): Promise<string | undefined> | Promise<void>;
  /** Whether a change creates something that does not exist: `prepare` gets only such changes. */
  isNew?(change: C, host: ReadHost): Promise<boolean>;
  /** Does together what many new things need on disk before `apply`, which reports what could not be done. */
  prepare?(changes: readonly C[], host: Host): Promise<void>;
  /** The kind is not compared again after `apply`: a unit started without waiting is "activating", which is no failure. */
  readonly unverified?: true;
}

/** Names and performs one kind of act. */
export interface ActHandler<C extends Change> {
  readonly sort: 'act';
  readonly needs?: 'machine' | 'root';
  subject(change: C): string;
  /** Returns the effect for a preview: "runs 3 items". */
  intent(change: C): string;
  /** Decides from earlier records whether the act is due. Default: due unless a record shows that it succeeded. */
  due?(change: C, earlier: readonly LedgerEntry[], before: readonly (readonly LedgerEntry[])[]): Due;
  /** Throws if the machine lacks a requirement. Called in preview and apply, so that a preview promises no more than a run. */
  refuse?(change: C, host: ReadHost): Promise<void>;
  perform(change: C, host: Host, log: ActLog): Promise<string | undefined> | Promise<void>;
}

/** Due, done, or lost: begun, interrupted, and not to be repeated. */
export type Due = 'due' | 'done' | { readonly lost: Problem };

/** The records and callbacks of an act; the records show after a power loss what it had completed. */
export interface ActLog {
  readonly earlier: readonly LedgerEntry[];
  /** Writes an entry, which is on disk when the promise settles. */
  write(entry: LedgerEntry): Promise<void>;
  /** Reports that an item of a script begins. */
  starts?(item: ItemStart): void;
  readonly waiting?: Waiting | undefined;
  /** Reports an item immediately; the report is never stored where other users can read it. */
  tell(item: ItemReport): void;
  /** Returns the command at this zero-based position of a script, with secrets hidden. */
  command?(position: number): CommandInfo | undefined;
}

/** Reports a wait: when it begins, periodically while it lasts, and when it ends. */
export type Waiting = (what: string, ms: number, ended: boolean) => void;

/** The item of a script that is running. */
export type ItemStart = Pick<ItemReport, 'item' | 'of' | 'command'>;

/** One line of an act's record: plain JSON. */
export type LedgerEntry = Readonly<Record<string, string | number | boolean>>;

/** The result of one item of a script; unprivileged users may see all fields except `tail`. */
export interface ItemReport {
  /** The one-based position among the items that run. */
  readonly item: number;
  readonly of: number;
  readonly code: number;
  readonly ms: number;
  /** The path of its setting, as in the plan: "runcmd[1]". */
  readonly at?: string;
  /** Its first line, with secrets hidden. */
  readonly command?: string;
  /** The signal that ended it: "SIGKILL". */
  readonly signal?: string;
  /** The time limit of its list, if that ended it. */
  readonly timeoutMs?: number;
  /** The last output line of a failed item, with secrets hidden. */
  readonly lastLine?: string;
  /** The source location: "user-data:12:5". */
  readonly place?: string;
  /** The file with its whole output. */
  readonly log?: string;
  /** The last lines of its output; readable by root only. */
  readonly tail?: string;
}

export type Handler<C extends Change> = StateHandler<C> | ActHandler<C>;

/** The handlers of all kinds of change, and the key of a change: "file /etc/fstab". */
export interface HandlerTable {
  handlerOf(change: Change): Handler<Change>;
  keyOf(change: Change): string;
}
