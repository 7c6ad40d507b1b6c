import type { Schedule } from '../engine/module.ts';

/** One command of the command line. Help, man pages and completion are made from the same table. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What may stand behind it: "[STAGE...]", "FILE...". */
  readonly takes?: string;
  readonly options: readonly Option[];
  /** A paragraph for the help and the man page. */
  readonly details: string;
  readonly examples?: readonly string[];
  load(): Promise<Work>;
}

export interface Option {
  /** Without the dashes: "dry-run". */
  readonly name: string;
  /** What its value is called: "DIR". Left out: it takes none. */
  readonly value?: string;
  readonly values?: readonly string[];
  readonly summary: string;
}

/** What a command does; the number is the exit code. */
export interface Work {
  run(given: Invocation, around: Surroundings): Promise<number>;
}

/** What was typed, taken apart. */
export interface Invocation {
  readonly args: readonly string[];
  /** Values by option name; "" for an option that takes none. */
  readonly options: Readonly<Record<string, string>>;
}

/** What a command may use of the process it runs in. */
export interface Surroundings {
  readonly version: string;
  readonly schedule: () => Promise<Schedule>;
  out(text: string): void;
  err(text: string): void;
  readStdin(): Promise<Uint8Array>;
  /** Takes work that nobody waits for, to be done once whoever does wait was told how it went. */
  later(work: () => Promise<void>): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
}

/** Fixed for good. */
export const exit = {
  done: 0,
  failed: 1,
  problems: 2,
  disabled: 3,
  badInput: 4,
  due: 10,
  locked: 75,
  timeout: 124,
} as const;
