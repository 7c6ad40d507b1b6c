import type { LedgerEntry } from '../../agent/engine/handler.ts';
import type { Ledger } from '../../agent/engine/ledger.ts';

export interface MemoryLedger extends Ledger {
  readonly records: Map<string, LedgerEntry[]>;
  readonly owed: Set<string>;
}

/** Returns a ledger in memory; `before` holds the records of earlier boots. */
export function memoryLedger(before: readonly (readonly LedgerEntry[])[] = []): MemoryLedger {
  const records = new Map<string, LedgerEntry[]>();
  const owed = new Set<string>();
  return {
    records,
    owed,
    entriesOf: (key) => ({ earlier: records.get(key) ?? [], before }),
    isPending: (key) => owed.has(key),
    write: async (key, entry) => void records.set(key, [...(records.get(key) ?? []), entry]),
    pend: async (keys) => {
      for (const key of keys) owed.add(key);
    },
    clear: async (key) => void owed.delete(key),
  };
}
