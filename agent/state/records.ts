import type { ItemReport, LedgerEntry } from '../engine/handler.ts';

/** The version of what is written here. An older one is brought up to date by `migrations`, never taken as absent. */
export const format = 1;

/** Who this machine was when somebody last said so, and by what it is known again without asking. */
export interface KeptIdentity {
  readonly id: string;
  readonly datasource: string;
  readonly fingerprint: string;
  /** What firmware alone says of the machine, by which a pinned one is known again. */
  readonly hardware?: string;
  /** A fresh image, or one that woke up as another machine, when it was said. */
  readonly newMachine?: boolean;
}

/** How a module's last turn ended, and for what: a boot, an instance or an image, and with which settings. */
export interface ModuleRecord {
  readonly module: string;
  readonly scope: string;
  /** The hash of the settings it was made for: others are due again. */
  readonly hash: string;
  /** The items that did not get done, by place. */
  readonly failed: Readonly<Record<string, Failure>>;
  /** The items that wait for a boot or for root, where others of the module failed. */
  readonly waits?: readonly string[];
}

export interface Failure {
  readonly tries: number;
  readonly code: string;
  readonly message: string;
  /** The item of a script that failed. */
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
      /** A run by force: what was recorded of the act before does not count. */
      readonly anew?: true;
    }
  | { readonly is: 'owed'; readonly module: string; readonly key: string }
  | { readonly is: 'settled'; readonly module: string; readonly key: string }
  | { readonly is: 'adopted'; readonly from: string; readonly to: string }
  | { readonly is: 'in-service'; readonly emptied?: true };

const kinds = ['format', 'identity', 'began', 'rested', 'turn', 'act', 'owed', 'settled', 'adopted', 'in-service'];

/** The formats there have been. */
export interface Formats {
  readonly version: number;
  /** By version: brings its records to the next one. Each older version has one. */
  readonly migrations: Readonly<Record<number, (records: readonly JournalRecord[]) => readonly JournalRecord[]>>;
}

export const formats: Formats = { version: format, migrations: {} };

/** What can be read of a journal. */
export interface Journal {
  /** The version it was written in; undefined where it does not say, or there is none. */
  readonly version: number | undefined;
  /** In the words of today; none of a version that is yet to come. */
  readonly records: readonly JournalRecord[];
  /** How many lines are rubbish: what they said is lost. */
  readonly damaged: number;
  /** The last line was cut while it was written, so that what it would have said never came to be. */
  readonly torn: boolean;
}

/** Reads what can be read. A line cut by a power loss, or rubbish, costs itself. */
export function parse(text: string, { version: today, migrations } = formats): Journal {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').filter(Boolean);
  const all = lines.map(parsed);
  const [first] = all;
  const version = first?.is === 'format' ? first.version : undefined;
  const torn = whole !== text;
  // What a later bootagent means by its words is not known here.
  if (version !== undefined && version > today) return { version, records: [], damaged: 0, torn };
  let records: readonly JournalRecord[] = all.filter((each) => each !== undefined);
  for (let older = version ?? today; older < today; older++) records = migrations[older]?.(records) ?? [];
  const rubbish = all.filter((each) => each === undefined).length;
  return { version, records, damaged: rubbish + (lines.length > 0 && version === undefined ? 1 : 0), torn };
}

function parsed(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // What we wrote ourselves has the shape of its kind; a line that lost its kind is told as damaged.
    return kinds.includes((value as JournalRecord | null)?.is ?? '') ? (value as JournalRecord) : undefined;
  } catch {
    return undefined;
  }
}
