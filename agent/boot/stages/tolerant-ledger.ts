import type { Ledger } from '../../engine/ledger.ts';

/**
 * Returns a ledger whose crash marks may fail to be written, on a full or read-only disk: the failure is reported, and the
 * change is applied. `write` stays strict: an act that cannot be recorded is not run.
 */
export const tolerantLedger = (ledger: Ledger, failed: (error: unknown) => void): Ledger => ({
  ...ledger,
  pend: (keys) => ledger.pend(keys).catch(failed),
  clear: (key) => ledger.clear(key).catch(failed),
});
