import type { LedgerEntry } from '../engine/handler.ts';
import type { JournalRecord, KeptIdentity, ModuleRecord } from './records.ts';

/** What the records of the journal add up to. */
export interface JournalContent {
  identity: KeptIdentity | undefined;
  /** The module that was running when the journal ended. */
  interrupted: string | undefined;
  inService: boolean;
  /** Whether the state was empty before the first record. */
  emptied: boolean;
  /** The last run of each module, by its name. */
  readonly lastRuns: Map<string, ModuleRecord>;
  /** The ledger entries by `entriesKey`. */
  readonly entries: Map<string, readonly LedgerEntry[]>;
  /** The pending changes by `pendingKey`. */
  readonly pending: Set<string>;
}

/** The number of earlier boots of which ledger entries are kept. */
const keptBoots = 3;

// A key is made of parts that may contain any character: instance-ids come from outside.
const partsOf = (key: string): readonly string[] => JSON.parse(key) as readonly string[]; // made by the two below
export const entriesKey = (module: string, scope: string, key: string): string => JSON.stringify([module, scope, key]);
export const pendingKey = (module: string, key: string): string => JSON.stringify([module, key]);

/** Returns the parts of an `entriesKey`. */
export function entriesKeyParts(text: string): {
  readonly module: string;
  readonly scope: string;
  readonly key: string;
} {
  const [module = '', scope = '', key = ''] = partsOf(text);
  return { module, scope, key };
}

export const emptyContent = (emptied: boolean): JournalContent => ({
  identity: undefined,
  interrupted: undefined,
  inService: false,
  emptied,
  lastRuns: new Map(),
  entries: new Map(),
  pending: new Set(),
});

export function addRecord(content: JournalContent, record: JournalRecord): void {
  switch (record.is) {
    case 'format':
      return;
    case 'identity':
      if (content.identity && content.identity.id !== record.id) content.inService = false;
      content.identity = {
        id: record.id,
        datasource: record.datasource,
        fingerprint: record.fingerprint,
        ...(record.hardware !== undefined && { hardware: record.hardware }),
        ...(record.newMachine && { newMachine: true }),
      };
      return;
    case 'in-service':
      content.inService = true;
      content.emptied ||= record.emptied === true;
      return;
    case 'began':
      content.interrupted = record.module;
      return;
    case 'rested':
      content.interrupted = undefined;
      return;
    case 'turn':
      content.interrupted = undefined;
      content.lastRuns.set(record.module, {
        module: record.module,
        scope: record.scope,
        hash: record.hash,
        failed: record.failed,
        ...(record.waits && { waits: record.waits }),
      });
      return;
    case 'act': {
      const key = entriesKey(record.module, record.scope, record.key);
      content.entries.set(key, [...(record.anew ? [] : (content.entries.get(key) ?? [])), record.entry]);
      return;
    }
    case 'owed':
      content.pending.add(pendingKey(record.module, record.key));
      return;
    case 'settled':
      content.pending.delete(pendingKey(record.module, record.key));
      return;
    case 'adopted':
      moveScope(content, record.from, record.to);
  }
}

function moveScope({ lastRuns, entries }: JournalContent, from: string, to: string): void {
  for (const [name, run] of lastRuns) if (run.scope === from) lastRuns.set(name, { ...run, scope: to });
  for (const [text, list] of [...entries]) {
    const { module, scope, key } = entriesKeyParts(text);
    if (scope === from) entries.set(entriesKey(module, to, key), list);
  }
}

/** Whether the state was emptied, and no instance has been recorded since. */
export const isEmptied = ({ emptied, identity }: JournalContent): boolean => emptied && identity === undefined;

export const inServiceRecord = (content: JournalContent): JournalRecord => ({
  is: 'in-service',
  ...(isEmptied(content) && { emptied: true }),
});

/** Returns the shortest list of records with the same content. Entries of boots long ago are dropped. */
export function shortestRecords(content: JournalContent, version: number): readonly JournalRecord[] {
  const { identity, inService, interrupted, lastRuns, entries, pending } = content;
  const scopes = new Set([...entries.keys()].map((text) => entriesKeyParts(text).scope));
  const dropped = new Set([...scopes].filter((scope) => scope.startsWith('boot:')).slice(0, -keptBoots - 1));
  const records: JournalRecord[] = [{ is: 'format', version }];
  if (identity) records.push({ is: 'identity', ...identity });
  if (inService) records.push(inServiceRecord(content));
  for (const [text, list] of entries) {
    const { module, scope, key } = entriesKeyParts(text);
    if (!dropped.has(scope)) records.push(...list.map((entry) => ({ is: 'act', module, scope, key, entry }) as const));
  }
  for (const text of pending) {
    const [module = '', key = ''] = partsOf(text);
    records.push({ is: 'owed', module, key });
  }
  for (const run of lastRuns.values()) records.push({ is: 'turn', ...run });
  if (interrupted !== undefined) records.push({ is: 'began', module: interrupted, scope: '' });
  return records;
}
