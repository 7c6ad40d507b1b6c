import type { Problem } from '../base/problem.ts';
import type { Host, ReadHost } from '../host/host.ts';
import type { Change, CommandInfo } from './change.ts';
import type { GrowthStep } from './kinds/growth-step.ts';

/** What keeps a change from holding. */
export interface Difference {
  /** "does not exist", "has other content". */
  readonly why: string;
  /** What is going to be done, in the imperative: "create", "vm -> web-01". Left out: what is usual for the kind of change. */
  readonly will?: string;
  /** The file as it is and as it will be: shown as a diff, and what later changes of a preview see. */
  readonly file?: { readonly path: string; readonly before: string | undefined; readonly after: string };
  /** Tables that will read otherwise: not shown, since numbers in them are yet to be given, but foreseen. */
  readonly tables?: readonly { readonly path: string; readonly after: string }[];
  /** Each thing it is about, where the change names them by a pattern. */
  readonly paths?: readonly string[];
  /** What is removed with it, and what later changes of a preview see no more. */
  readonly gone?: readonly string[];
  /** Bytes that the file system at a path gains: room that later changes of a preview may count on. */
  readonly room?: { readonly path: string; readonly bytes: number };
  /** A link that appears with it: the node of a label in /dev. */
  readonly link?: { readonly path: string; readonly target: string };
  /** What a growth does first: handed on, so that a table which was just read is not read again. */
  readonly step?: GrowthStep;
}

/** The change holds as far as it can, and people should know how far: "/ is overlay, which has no partition". */
export interface Remark {
  readonly holds: string;
}

/** How one kind of state is named, checked and made. */
export interface StateHandler<C extends Change> {
  readonly sort: 'state';
  /** What it cannot be made without: a running machine, or root's rights. Where that is missing it is deferred. */
  readonly needs?: 'machine' | 'root';
  /** What the change is about, for people: the path, the user, the unit. */
  subject(change: C): string;
  /**
   * What keeps the change from holding, or undefined when it holds.
   * Something missing is a difference, never an error: in a preview it may be yet to come.
   */
  compare(change: C, host: ReadHost): Promise<Difference | Remark | string | undefined>;
  /**
   * Makes the change hold. Called only on a difference, which was found just before, or when the change it follows was
   * made. A note may be returned.
   */
  apply(change: C, host: Host, found?: Difference, waiting?: Waiting): Promise<string | undefined> | Promise<void>;
  /** A unit started without waiting reads "activating": no failure, so such kinds are not compared again. */
  readonly unverified?: true;
}

/** How one kind of act is named and done. */
export interface ActHandler<C extends Change> {
  readonly sort: 'act';
  readonly needs?: 'machine' | 'root';
  subject(change: C): string;
  /** What doing it means, for a preview: "runs 3 items". */
  intent(change: C): string;
  /** Whether, by what was recorded earlier, it is still to be done. Left out: it is, unless it ended. */
  due?(change: C, earlier: readonly LedgerEntry[], before: readonly (readonly LedgerEntry[])[]): Due;
  /** Throws where the machine lacks what it takes: asked before it is begun, so that a preview promises no more than a run does. */
  refuse?(change: C, host: ReadHost): Promise<void>;
  perform(change: C, host: Host, log: ActLog): Promise<string | undefined> | Promise<void>;
}

/** Still to be done, done, or lost: begun, cut off, and not to be repeated. */
export type Due = 'due' | 'done' | { readonly lost: Problem };

/** What an act keeps of itself, so that a power loss leaves no doubt about what it had done. */
export interface ActLog {
  readonly earlier: readonly LedgerEntry[];
  /** On disk when the promise settles. */
  write(entry: LedgerEntry): Promise<void>;
  /** An item of a script begins. */
  starts?(item: ItemStart): void;
  readonly waiting?: Waiting | undefined;
  /** Told at once to whoever watches; never stored where others can read. */
  tell(item: ItemReport): void;
  /** The command at this position of a script, from 0, as people may see it. */
  command?(position: number): CommandInfo | undefined;
}

/** Called when something is waited for: when that begins, from time to time while it lasts, and when it is over. */
export type Waiting = (what: string, ms: number, ended: boolean) => void;

/** An item of a script that runs now. */
export type ItemStart = Pick<ItemReport, 'item' | 'of' | 'command'>;

/** One line of an act's record: plain JSON. */
export type LedgerEntry = Readonly<Record<string, string | number | boolean>>;

/** How one item of a script ended, as everybody may see it. */
export interface ItemReport {
  /** Its position among those that are run, from 1. */
  readonly item: number;
  readonly of: number;
  readonly code: number;
  readonly ms: number;
  /** Where the configuration has it, as a plan writes it: "runcmd[1]". */
  readonly at?: string;
  /** Its first line, with secrets hidden. */
  readonly command?: string;
  /** The signal that ended it: "SIGKILL". */
  readonly signal?: string;
  /** Of an item that failed the last line of its output, with secrets hidden. */
  readonly stderrLine?: string;
  /** Where the user-data asks for it: "user-data:12:5". */
  readonly place?: string;
  /** The file with its whole output. */
  readonly log?: string;
  /** The last lines of its output: for root alone. */
  readonly tail?: string;
}

export type Handler<C extends Change> = StateHandler<C> | ActHandler<C>;

/** The handlers of all kinds of change, and how a change is named: "file /etc/fstab". */
export interface HandlerTable {
  handlerOf(change: Change): Handler<Change>;
  keyOf(change: Change): string;
}
