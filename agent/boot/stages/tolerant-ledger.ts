import type { Ledger } from '../../engine/executor.ts';

/**
 * A ledger whose marks for a crash may fail to be written, on a full disk or one that is read-only: that is reported, and the
 * change is made. Acts are another matter: one of which no record can be kept is not done.
 */
export const tolerantLedger = (ledger: Ledger, failed: (error: unknown) => void): Ledger => ({
  ...ledger,
  pend: (keys) => ledger.pend(keys).catch(failed),
  clear: (key) => ledger.clear(key).catch(failed),
});
