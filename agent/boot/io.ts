import type { Schedule } from '../engine/module.ts';

/** What a command may use of the process it runs in. */
export interface Io {
  readonly version: string;
  readonly schedule: () => Promise<Schedule>;
  out(text: string): void;
  /** Text whose escape sequences are our own colours; undefined where standard output is no terminal. */
  readonly styled?: ((text: string) => void) | undefined;
  err(text: string): void;
  readStdin(): Promise<Uint8Array>;
  /** Takes work that is done after the exit code was reported, so that no caller waits for it. */
  later(work: () => Promise<void>): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
}

/** Whether systemd started this process as a unit, so that no person waits for an answer. */
export const isUnit = ({ env }: Io): boolean => env.BOOTAGENT_UNIT !== undefined;
