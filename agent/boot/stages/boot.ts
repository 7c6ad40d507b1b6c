import type { Problem } from '../../base/problem.ts';
import type { SettingsOf } from '../../config/settings.ts';
import type { Schedule } from '../../engine/module.ts';
import type { OverlayHost } from '../../engine/overlay-host.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Host } from '../../host/host.ts';
import type { Identify } from '../../identity/resolve.ts';
import type { Report } from '../../report/event.ts';
import type { State } from '../../state/state.ts';

/** The context that all modules of a run share. */
export interface Run {
  readonly state: State;
  readonly report: Report;
  readonly act:
    | { readonly mode: 'apply'; readonly host: Host }
    | { readonly mode: 'preview'; readonly host: OverlayHost }
    | { readonly mode: 'planned' };
  readonly bootId: string;
  /** Processes all items, whatever was done before. */
  readonly force?: boolean;
  /** Processes only the items that failed. */
  readonly retryFailed?: boolean;
  /** The machine is in service and has no record of earlier runs: changes that are not repeatable count as done. */
  readonly inService?: boolean;
  secret(value: string): void;
  /** The target is an image tree: the machine that will boot it is unknown. */
  readonly machineUnknown?: boolean;
  /** Hides the known secrets in a text. */
  redact?(text: string): string;
  /** Exempts public words from redaction, even if one of them is also a password. */
  exempt?(words: readonly string[]): void;
  /** Reads the credentials of the machine that have these names. */
  credentials?(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The context of the stages of a run. */
export interface Boot extends Run {
  readonly version: string;
  readonly schedule: Schedule;
  readonly settingsOf: SettingsOf;
  /** The modules to run; undefined: all. */
  readonly only?: readonly string[];
  /** Gathers the facts; `unchanged`: nothing was changed since they were last gathered. */
  gatherFacts(unchanged?: boolean): Promise<Facts>;
  readonly identify: Identify;
  /** The problem to report if the recorded state of this machine is lost. */
  readonly lost?: Problem;
  now(): number;
}
