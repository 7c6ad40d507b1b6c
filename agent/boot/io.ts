import type { Schedule } from '../engine/module.ts';

/** The parts of its process that a command may use. */
export interface Io {
  readonly version: string;
  readonly schedule: () => Promise<Schedule>;
  out(text: string): void;
  /** Writes text that contains escape sequences for colours; undefined if standard output is not a terminal. */
  readonly styled?: ((text: string) => void) | undefined;
  err(text: string): void;
  readStdin(): Promise<Uint8Array>;
  /** Queues work that runs after the exit code was reported, so that no caller waits for it. */
  later(work: () => Promise<void>): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
  /** The width of the terminal; undefined if standard output is none. */
  columns?(): number | undefined;
}

/** Returns whether systemd started this process as a unit, so that no interactive caller waits for it. */
export const isUnit = ({ env }: Io): boolean => env.BOOTAGENT_UNIT !== undefined;
