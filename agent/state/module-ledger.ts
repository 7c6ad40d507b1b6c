import type { Ledger } from '../engine/ledger.ts';
import { entriesKey, entriesKeyParts, type JournalContent, pendingKey } from './journal-content.ts';
import type { JournalRecord } from './records.ts';

interface LedgerOf {
  readonly module: string;
  readonly scope: string;
  /** Whether to ignore earlier entries, for a forced run. */
  readonly anew: boolean;
}

/** Returns the ledger of one module in one scope. `write` adds a record to the content and to the journal. */
export function moduleLedger(
  content: JournalContent,
  write: (record: JournalRecord) => void,
  { module, scope, anew }: LedgerOf,
): Ledger {
  const { entries, pending } = content;
  const ignored = new Set(anew ? entries.keys() : []);
  return {
    entriesOf(key) {
      const own = entriesKey(module, scope, key);
      const others = [...entries].filter(([each]) => each !== own && isOfBoot(each, module, key));
      return {
        earlier: ignored.has(own) ? [] : (entries.get(own) ?? []),
        before: anew || !scope.startsWith('boot:') ? [] : others.map(([, list]) => list),
      };
    },
    isPending: (key) => pending.has(pendingKey(module, key)),
    async write(key, entry) {
      ignored.delete(entriesKey(module, scope, key));
      write({ is: 'act', module, scope, key, entry, ...(anew && entry.is === 'began' && { anew: true }) });
    },
    async pend(keys) {
      for (const key of keys) if (!pending.has(pendingKey(module, key))) write({ is: 'owed', module, key });
    },
    clear: async (key) => write({ is: 'settled', module, key }),
  };
}

function isOfBoot(text: string, module: string, key: string): boolean {
  const parts = entriesKeyParts(text);
  return parts.module === module && parts.key === key && parts.scope.startsWith('boot:');
}
