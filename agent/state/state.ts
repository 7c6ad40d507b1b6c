import { ownPaths } from '../base/own-paths.ts';
import { asProblem } from '../base/problem.ts';
import type { LedgerEntry } from '../engine/handler.ts';
import type { Ledger } from '../engine/ledger.ts';
import {
  addRecord,
  emptyContent,
  entriesKeyParts,
  inServiceRecord,
  isEmptied,
  type JournalContent,
  shortestRecords,
} from './journal-content.ts';
import { moduleLedger } from './module-ledger.ts';
import { type Formats, formats, type JournalRecord, type KeptIdentity, type ModuleRecord, parse } from './records.ts';
import type { Store } from './store.ts';

/** The records of earlier runs and the identity. All access to /var/lib/bootagent goes through this interface. */
export interface State {
  /** "lost": there are no usable records, but the image is not fresh, so the run must not act as a first boot. */
  readonly condition: 'fresh' | 'known' | 'lost';
  /** The number of unreadable records. */
  readonly damaged: number;
  /** Warnings about the condition of the state, for the user. */
  readonly warnings: readonly { readonly code: 'state-damaged' | 'state-newer'; readonly text: string }[];
  /**
   * Whether the machine was already in service when its state was lost or before bootagent was installed: once-only work then
   * counts as done for the current instance. It is recorded, because the stages of a boot are separate processes.
   */
  inService(): boolean;
  /**
   * Whether the state was empty, without even the marker of a fresh image, and no instance has been recorded since: a copy of
   * an image whose state was removed by hand, or a machine whose /var is not persistent.
   */
  emptied(): boolean;
  setInService(): void;
  /** The module that was running when the machine last stopped, if any. */
  readonly interrupted: string | undefined;
  identity(): KeptIdentity | undefined;
  /** Returns the last stored instance, as JSON. */
  instance(): string | undefined;
  remember(identity: KeptIdentity, instance: string): void;
  lastRun(module: string): ModuleRecord | undefined;
  lastRuns(): readonly ModuleRecord[];
  began(module: string, scope: string): void;
  ended(run: ModuleRecord): void;
  /** Records that a module applied what it could and deferred the rest. */
  deferred(module: string): void;
  /** Moves the records of the scope `from` to the scope `to`, once the instance is known. */
  adopt(from: string, to: string): void;
  /** Returns the ledger of a module's acts. `anew` ignores earlier entries, for a forced run. */
  ledger(module: string, scope: string, anew?: boolean): Ledger;
  /** Returns all ledger entries of a module, newest scope last. */
  entries(module: string): readonly LedgerEntry[];
  /** Writes all records and changes to disk. */
  flush(): void;
  /** Access to further files beside the journal. */
  readonly store: Store;
}

const journal = 'journal.ndjson';
const mostLines = 1000;

export function openState(disk: Store, known: Formats = formats): State {
  let unread: string | undefined;
  const store = tolerant(disk, (text) => {
    unread ??= text;
  });
  const text = store.read(journal);
  const fresh = store.read('fresh') !== undefined;
  const { version, records, damaged, torn } = parse(text ?? '', known);
  const newer = version !== undefined && version > known.version;
  const content = emptyContent(
    text === undefined && !fresh && store.read('instance.json') === undefined && unread === undefined,
  );
  for (const record of records) addRecord(content, record);
  const condition = conditionOf(content, fresh && !newer && unread === undefined);
  const { interrupted } = content;
  const write = journalWriter(store, content, {
    version: known.version,
    // Records are appended only to an undamaged journal of the same version; otherwise the journal is rewritten first.
    appends: records.length > 0 && damaged === 0 && !torn && version === known.version,
    lines: records.length,
    newer: newer ? { version, text: text ?? '' } : undefined,
  });

  return {
    condition,
    damaged,
    warnings: [
      ...(damaged > 0 ? [damagedWarning(`${damaged} records of /var/lib/bootagent cannot be read`)] : []),
      ...(unread === undefined ? [] : [damagedWarning(unread)]),
      ...(newer ? [newerWarning(version, known.version)] : []),
    ],
    emptied: () => isEmptied(content),
    inService: () => content.inService || condition === 'lost' || damaged > 0,
    setInService() {
      if (!content.inService) write(inServiceRecord(content));
    },
    interrupted,
    flush: () => store.flush(),
    store,
    identity: () => content.identity,
    instance: () => store.read('instance.json'),
    remember(identity, instance) {
      store.replace('instance.json', instance, 'later');
      write({ is: 'identity', ...identity });
      store.remove('fresh');
    },
    lastRun: (module) => content.lastRuns.get(module),
    lastRuns: () => [...content.lastRuns.values()],
    began: (module, scope) => write({ is: 'began', module, scope }),
    ended: (run) => write({ is: 'turn', ...run }),
    deferred: (module) => write({ is: 'rested', module }),
    adopt: (from, to) => write({ is: 'adopted', from, to }),
    ledger: (module, scope, anew = false) => moduleLedger(content, write, { module, scope, anew }),
    entries: (module) =>
      [...content.entries].filter(([key]) => entriesKeyParts(key).module === module).flatMap(([, entries]) => entries),
  };
}

/** Returns a store in which an unreadable file counts as lost: a run without it is better than no run. */
const tolerant = (disk: Store, unreadable: (text: string) => void): Store => ({
  ...disk,
  read(name) {
    try {
      return disk.read(name);
    } catch (error) {
      unreadable(asProblem(error).message);
      return undefined;
    }
  },
});

function conditionOf({ identity, lastRuns }: JournalContent, isFresh: boolean): State['condition'] {
  if (identity || lastRuns.size > 0) return 'known';
  return isFresh ? 'fresh' : 'lost';
}

/**
 * Whether the loss of a record in a power loss costs nothing but a comparison: the module runs again, and its changes hold. Acts
 * and debts are on disk before their changes begin.
 */
const mayBeLost = (record: JournalRecord): boolean =>
  ['began', 'rested', 'turn', 'settled'].includes(record.is) ||
  (record.is === 'act' && record.entry.is === 'item-ended');

interface JournalFile {
  readonly version: number;
  /** Whether records may be appended to the file as it is. */
  readonly appends: boolean;
  readonly lines: number;
  /** The journal of a newer version, which is kept for a return to that version. */
  readonly newer: { readonly version: number; readonly text: string } | undefined;
}

/** Returns the function that adds a record to the content and to the journal. Rewrites a journal that has become long. */
function journalWriter(store: Store, content: JournalContent, file: JournalFile): (record: JournalRecord) => void {
  let { appends } = file;
  if (file.lines > mostLines) rewrite();
  return (record) => {
    addRecord(content, record);
    if (!appends) rewrite();
    else store.append(journal, JSON.stringify(record), mayBeLost(record) ? 'later' : undefined);
  };

  function rewrite(): void {
    if (file.newer && !appends) store.replace(`journal-${file.newer.version}.ndjson`, file.newer.text);
    const records = shortestRecords(content, file.version);
    store.replace(journal, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    appends = true;
  }
}

const damagedWarning = (text: string) => ({ code: 'state-damaged', text }) as const;

function newerWarning(version: number, today: number) {
  const text = `${ownPaths.state} was written by a later bootagent (format ${version}; this one reads ${today}): it counts as lost`;
  return { code: 'state-newer', text } as const;
}
