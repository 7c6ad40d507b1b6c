import type { Problem } from '../base/problem.ts';
import type { CommandInfo, Note } from '../engine/change.ts';
import type { ItemReport, ItemStart } from '../engine/handler.ts';
import type { Stage } from '../engine/module.ts';
import type { Step } from '../engine/step.ts';

/** Every event that bootagent reports. Sinks turn events into journal lines, terminal output and the status file. */
export type Event =
  | { readonly event: 'run-began'; readonly version: string; readonly stages: readonly Stage[]; readonly mode: Mode }
  | { readonly event: 'stage-began'; readonly stage: Stage }
  | {
      readonly event: 'instance';
      readonly id: string;
      readonly datasource: string;
      readonly how: string;
      readonly standing: 'new' | 'known' | 'adopted';
      readonly keys: number;
    }
  | ({
      readonly event: 'note';
      readonly module?: string;
      readonly at?: string;
      readonly hint?: string;
      readonly code?: string;
    } & Omit<Note, 'code'>)
  | { readonly event: 'module-began'; readonly module: string; readonly stage: Stage }
  | {
      readonly event: 'step';
      readonly module: string;
      readonly step: Step;
      /** The commands of a script, with secrets hidden. */
      readonly commands?: readonly CommandInfo[];
    }
  | {
      readonly event: 'problem';
      readonly module: string;
      readonly at: string;
      readonly problem: Problem;
      /** It failed in an earlier run, and this one did not repair it. */
      readonly standing?: true;
    }
  | { readonly event: 'script-began'; readonly module: string; readonly item: ItemStart }
  | { readonly event: 'script-item'; readonly module: string; readonly report: ItemReport }
  /** A long wait: reported when it becomes long, at intervals while it lasts, and when it ends. */
  | {
      readonly event: 'waiting';
      readonly module: string;
      /** "asking openstack http://169.254.169.254", "waiting for the dnf lock". */
      readonly what: string;
      /** The duration so far. */
      readonly ms: number;
      readonly ended?: true;
    }
  /** Lines for a reader of the console: keys, fingerprints. */
  | { readonly event: 'announce'; readonly lines: readonly string[] }
  | { readonly event: 'module-ended'; readonly module: string; readonly result: ModuleResult }
  | { readonly event: 'run-ended'; readonly result: RunResult };

/** `apply` makes changes, `preview` only compares, `planned` plans for another machine and does neither. */
export type Mode = 'apply' | 'preview' | 'planned';

export interface ModuleResult {
  /** `kept`: already run earlier. `waits`: deferred to the next boot or to a run as root. */
  readonly state: 'made' | 'due' | 'holds' | 'nothing' | 'kept' | 'waits' | 'planned' | 'problems' | 'failed';
  readonly ms: number;
}

export interface RunResult {
  readonly state: 'done' | 'problems' | 'failed';
  /** The number of changes that were applied or, in a preview, are due. */
  readonly changes: number;
  readonly ms: number;
}

export type Report = (event: Event) => void;
