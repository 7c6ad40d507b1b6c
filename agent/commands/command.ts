import type { Io } from '../boot/io.ts';

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
  run(given: Invocation, io: Io): Promise<number>;
}

/** What was typed, taken apart. */
export interface Invocation {
  readonly args: readonly string[];
  /** Values by option name; "" for an option that takes none. */
  readonly options: Readonly<Record<string, string>>;
}
