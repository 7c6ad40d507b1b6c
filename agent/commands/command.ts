import type { Io } from '../boot/io.ts';

/** One command of the command line. Help, man pages and completion are generated from the same table. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The positional arguments: "[STAGE...]", "FILE...". */
  readonly takes?: string;
  readonly options: readonly Option[];
  /** A paragraph for the help and the man page. */
  readonly details: string;
  readonly examples?: readonly string[];
  load(): Promise<Work>;
}

export interface Option {
  /** The name without dashes: "dry-run". */
  readonly name: string;
  /** The placeholder of its value: "DIR". Undefined: the option takes none. */
  readonly value?: string;
  readonly values?: readonly string[];
  readonly summary: string;
}

/** The implementation of a command; `run` returns the exit code. */
export interface Work {
  run(given: Invocation, io: Io): Promise<number>;
}

/** The parsed command line. */
export interface Invocation {
  readonly args: readonly string[];
  /** Values by option name; "" for an option that takes none. */
  readonly options: Readonly<Record<string, string>>;
}
