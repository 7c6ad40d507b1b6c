import type { Schedule, Stage } from '../engine/module.ts';
import type { Facts } from '../facts/facts.ts';
import type { Host } from '../host/host.ts';
import type { Identifier, IdentityOptions } from '../identity/resolve.ts';
import type { Reporting } from '../report/reporting.ts';
import type { State } from '../state/state.ts';
import type { Io } from './io.ts';
import type { Boot } from './stages/boot.ts';

/** The options of a run. */
export interface SessionOptions {
  readonly host: Host;
  readonly schedule: Schedule;
  readonly stages: readonly Stage[];
  /** The modules to run; undefined: all. */
  readonly only?: readonly string[] | undefined;
  /** Previews, and changes nothing. */
  readonly dry: boolean;
  /** Plans for the machine with these facts. */
  readonly facts?: Facts | undefined;
  /** The facts of the machine that an image tree is for. */
  readonly machineFacts?: Facts | undefined;
  readonly userData?: Uint8Array | undefined;
  /** The file name in messages about lines of the user-data. */
  readonly userDataFile?: string | undefined;
  readonly identity: IdentityOptions;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly debug: boolean;
  /** Prints one JSON document instead of lines. */
  readonly json: boolean;
}

/** The context that the steps of one run share. */
export interface Session {
  readonly options: SessionOptions;
  readonly io: Io;
  /** Whether systemd started this run as a unit, and it is not a preview. */
  readonly unit: boolean;
  readonly report: Reporting;
  readonly stages: readonly Stage[];
  readonly state: State;
  readonly identity: Identifier;
  readonly boot: Boot;
  /** The facts that were gathered last. */
  facts(): Facts | undefined;
  /** Returns whether fetching before sshd exceeded its time limit. */
  fetchIsLate(): boolean;
  /** Returns whether a module read the network while the machine had no address. */
  lackedAddress(): boolean;
}
