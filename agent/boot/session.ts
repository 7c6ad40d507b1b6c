import type { Schedule, Stage } from '../engine/module.ts';
import type { Facts } from '../facts/facts.ts';
import type { Host } from '../host/host.ts';
import type { Identifier, IdentityOptions } from '../identity/resolve.ts';
import type { Reporting } from '../report/reporting.ts';
import type { State } from '../state/state.ts';
import type { Io } from './io.ts';
import type { Boot } from './stages/run-stages.ts';

/** What a run is asked to do. */
export interface SessionOptions {
  readonly host: Host;
  readonly schedule: Schedule;
  readonly stages: readonly Stage[];
  /** The modules to run; left out: all. */
  readonly only?: readonly string[] | undefined;
  /** Previews, and changes nothing. */
  readonly dry: boolean;
  /** Plans for the machine with these facts. */
  readonly facts?: Facts | undefined;
  /** The machine that a tree is for. */
  readonly machineFacts?: Facts | undefined;
  readonly userData?: Uint8Array | undefined;
  /** The name that lines of the user-data are reported by. */
  readonly userDataFile?: string | undefined;
  readonly identity: IdentityOptions;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly debug: boolean;
  /** Prints one JSON document instead of lines. */
  readonly json: boolean;
}

/** What the steps of one run share. */
export interface Session {
  readonly options: SessionOptions;
  readonly io: Io;
  /** Started by systemd as a unit, and writing. */
  readonly unit: boolean;
  readonly report: Reporting;
  readonly stages: readonly Stage[];
  readonly state: State;
  readonly identity: Identifier;
  readonly boot: Boot;
  /** The facts that were gathered last. */
  facts(): Facts | undefined;
  /** Something was to be fetched before sshd, and did not fit into the time for it. */
  fetchIsLate(): boolean;
  /** A module asked for an address, and the machine had none. */
  lackedAddress(): boolean;
}
