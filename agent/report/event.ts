import type { Problem } from '../base/problem.ts';
import type { CommandInfo, Note } from '../engine/change.ts';
import type { Step } from '../engine/executor.ts';
import type { ItemReport, ItemStart } from '../engine/handler.ts';
import type { Stage } from '../engine/module.ts';

/** Everything bootagent says, said once. Sinks turn it into journal lines, a terminal, a status file. */
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
      /** What a script of it runs, with secrets hidden. */
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
  /** Something that takes long: reported when that is noticed, from time to time while it lasts, and when it is over. */
  | {
      readonly event: 'waiting';
      readonly module: string;
      /** "asking openstack http://169.254.169.254", "waiting for the dnf lock". */
      readonly what: string;
      /** How long it has lasted. */
      readonly ms: number;
      readonly ended?: true;
    }
  /** Lines for whoever stands before the console: keys, fingerprints. */
  | { readonly event: 'announce'; readonly lines: readonly string[] }
  | { readonly event: 'module-ended'; readonly module: string; readonly result: ModuleResult }
  | { readonly event: 'run-ended'; readonly result: RunResult };

/** A run makes; a preview looks; planning for another machine does neither. */
export type Mode = 'apply' | 'preview' | 'planned';

export interface ModuleResult {
  /** `kept`: its turn was had before. `waits`: deferred to the boot, or for root. */
  readonly state: 'made' | 'due' | 'holds' | 'nothing' | 'kept' | 'waits' | 'planned' | 'problems' | 'failed';
  readonly ms: number;
}

export interface RunResult {
  readonly state: 'done' | 'problems' | 'failed';
  /** How many changes were made, or are due in a preview. */
  readonly changes: number;
  readonly ms: number;
}

export type Report = (event: Event) => void;
