import type { LedgerEntry } from './handler.ts';

/** The records of acts, and of followers still pending after a crash. */
export interface ReadLedger {
  /** Returns the records of an act from this boot, instance or image, and from earlier boots. */
  entriesOf(key: string): {
    readonly earlier: readonly LedgerEntry[];
    readonly before: readonly (readonly LedgerEntry[])[];
  };
  isPending(key: string): boolean;
}

export interface Ledger extends ReadLedger {
  /** Each of these methods has written to disk when its promise settles. */
  write(key: string, entry: LedgerEntry): Promise<void>;
  pend(keys: readonly string[]): Promise<void>;
  clear(key: string): Promise<void>;
}
