import type { ItemReport, LedgerEntry } from '../engine/handler.ts';

/** The version of the journal format. `migrations` converts older journals; they never count as missing. */
export const format = 1;

/** The last known identity of the machine, and the fingerprint that recognizes it without a datasource. */
export interface KeptIdentity {
  readonly id: string;
  readonly datasource: string;
  readonly fingerprint: string;
  /** The hardware fingerprint, which recognizes a pinned machine. */
  readonly hardware?: string;
  /** At that time it was a fresh image, or one that booted on another machine. */
  readonly newMachine?: boolean;
}

/** The result of the last run of a module, with its scope (a boot, an instance or an image) and its settings. */
export interface ModuleRecord {
  readonly module: string;
  readonly scope: string;
  /** The hash of the settings of that run: with other settings the module is due again. */
  readonly hash: string;
  /** The failed items, by place. */
  readonly failed: Readonly<Record<string, Failure>>;
  /** The items that wait for a boot or for root, if other items of the module failed. */
  readonly waits?: readonly string[];
}

export interface Failure {
  readonly tries: number;
  readonly code: string;
  readonly message: string;
  /** The failed item of a script. */
  readonly item?: ItemReport;
}

/** One line of the journal. */
export type JournalRecord =
  | { readonly is: 'format'; readonly version: number }
  | ({ readonly is: 'identity' } & KeptIdentity)
  | { readonly is: 'began'; readonly module: string; readonly scope: string }
  | { readonly is: 'rested'; readonly module: string }
  | ({ readonly is: 'turn' } & ModuleRecord)
  | {
      readonly is: 'act';
      readonly module: string;
      readonly scope: string;
      readonly key: string;
      readonly entry: LedgerEntry;
      /** Written by a forced run: earlier records of the act do not count. */
      readonly anew?: true;
    }
  | { readonly is: 'owed'; readonly module: string; readonly key: string }
  | { readonly is: 'settled'; readonly module: string; readonly key: string }
  | { readonly is: 'adopted'; readonly from: string; readonly to: string }
  | { readonly is: 'in-service'; readonly emptied?: true };

const kinds = ['format', 'identity', 'began', 'rested', 'turn', 'act', 'owed', 'settled', 'adopted', 'in-service'];

/** The current format and the conversions from older ones. */
export interface Formats {
  readonly version: number;
  /** By version: converts its records to the next version. Each older version has an entry. */
  readonly migrations: Readonly<Record<number, (records: readonly JournalRecord[]) => readonly JournalRecord[]>>;
}

export const formats: Formats = { version: format, migrations: {} };

/** The readable content of a journal. */
export interface Journal {
  /** The version it was written in; undefined if it has no version or does not exist. */
  readonly version: number | undefined;
  /** The records in the current format; empty for a newer version. */
  readonly records: readonly JournalRecord[];
  /** The number of unreadable lines; their content is lost. */
  readonly damaged: number;
  /** The last line was cut off during its write, so its record never took effect. */
  readonly torn: boolean;
}

/** Reads a journal. A line that is unreadable or was cut off by a power loss is ignored; the others are used. */
export function parse(text: string, { version: today, migrations } = formats): Journal {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').filter(Boolean);
  const all = lines.map(parsed);
  const [first] = all;
  const version = first?.is === 'format' ? first.version : undefined;
  const torn = whole !== text;
  // The meaning of records of a newer version is unknown.
  if (version !== undefined && version > today) return { version, records: [], damaged: 0, torn };
  let records: readonly JournalRecord[] = all.filter((each) => each !== undefined);
  for (let older = version ?? today; older < today; older++) records = migrations[older]?.(records) ?? [];
  const rubbish = all.filter((each) => each === undefined).length;
  return { version, records, damaged: rubbish + (lines.length > 0 && version === undefined ? 1 : 0), torn };
}

function parsed(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // bootagent wrote the line, so a known kind implies its shape; a line without a known kind counts as damaged.
    return kinds.includes((value as JournalRecord | null)?.is ?? '') ? (value as JournalRecord) : undefined;
  } catch {
    return undefined;
  }
}
