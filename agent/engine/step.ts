import type { Problem } from '../base/problem.ts';
import type { Change, CommandInfo } from './change.ts';
import type { Difference, ItemReport, ItemStart, Waiting } from './handler.ts';

/** The outcome of one change. */
export type Step = { readonly at: string; readonly change: Change } & Outcome;

export type Outcome =
  /** Unchanged. The note describes the part that holds if the full request is not possible. */
  | { readonly outcome: 'holds'; readonly note?: string; readonly warns?: true }
  /** In a preview: a run would apply it. */
  | { readonly outcome: 'due'; readonly difference: Difference }
  | { readonly outcome: 'made'; readonly difference: Difference; readonly note?: string }
  /** It needs a running machine or root: neither due nor done. */
  | { readonly outcome: 'deferred'; readonly because: string }
  /** The state cannot be read without root. */
  | { readonly outcome: 'unknown'; readonly because: string }
  /** An act that ran before. `changed`: its settings differ now. `failed`: it failed and is not repeated. */
  | { readonly outcome: 'done'; readonly changed?: true; readonly failed?: true }
  /** Planned for another machine, so not compared. */
  | { readonly outcome: 'planned' }
  /** Not applied because an earlier change of its item failed. */
  | { readonly outcome: 'skipped' }
  | { readonly outcome: 'failed'; readonly problem: Problem };

/** Callbacks that report progress while a change is applied. */
export interface Watch {
  beforeChange?(): void;
  scriptStarts?(item: ItemStart): void;
  scriptItem?(report: ItemReport): void;
  readonly waiting?: Waiting;
  /** Returns the command at this zero-based position of a script, with secrets hidden. */
  command?(position: number): CommandInfo | undefined;
}
