import { ownPaths } from '../base/own-paths.ts';
import { asProblem } from '../base/problem.ts';
import type { Ledger } from '../engine/executor.ts';
import type { LedgerEntry } from '../engine/handler.ts';
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
  ended(turn: ModuleRecord): void;
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
const keptBoots = 3;
const mostLines = 1000;

export function openState(disk: Store, known: Formats = formats): State {
  let unread: string | undefined;
  // An unreadable file counts as lost; a run without it is better than no run.
  const store: Store = {
    ...disk,
    read(name) {
      try {
        return disk.read(name);
      } catch (error) {
        unread ??= asProblem(error).message;
        return undefined;
      }
    },
  };
  const text = store.read(journal);
  const fresh = store.read('fresh') !== undefined;
  const { version, records, damaged, torn } = parse(text ?? '', known);
  const newer = version !== undefined && version > known.version;
  const turns = new Map<string, ModuleRecord>();
  const acts = new Map<string, LedgerEntry[]>();
  const owed = new Set<string>();
  let identity: KeptIdentity | undefined;
  let cut: string | undefined;
  let served = false;
  let emptied = text === undefined && !fresh && store.read('instance.json') === undefined && unread === undefined;
  for (const record of records) take(record);
  const condition = identity || turns.size > 0 ? 'known' : fresh && !newer && unread === undefined ? 'fresh' : 'lost';
  // Records are appended only to an undamaged journal of the same version; otherwise the journal is rewritten first.
  let begun = records.length > 0 && damaged === 0 && !torn && version === known.version;
  if (records.length > mostLines) compact();

  function take(record: JournalRecord): void {
    switch (record.is) {
      case 'format':
        return;
      case 'identity':
        if (identity && identity.id !== record.id) served = false;
        identity = {
          id: record.id,
          datasource: record.datasource,
          fingerprint: record.fingerprint,
          ...(record.hardware !== undefined && { hardware: record.hardware }),
          ...(record.newMachine && { newMachine: true }),
        };
        return;
      case 'in-service':
        served = true;
        emptied ||= record.emptied === true;
        return;
      case 'began':
        cut = record.module;
        return;
      case 'rested':
        cut = undefined;
        return;
      case 'turn':
        cut = undefined;
        turns.set(record.module, {
          module: record.module,
          scope: record.scope,
          hash: record.hash,
          failed: record.failed,
          ...(record.waits && { waits: record.waits }),
        });
        return;
      case 'act': {
        const key = keyFrom(record.module, record.scope, record.key);
        acts.set(key, [...(record.anew ? [] : (acts.get(key) ?? [])), record.entry]);
        return;
      }
      case 'owed':
        owed.add(keyFrom(record.module, record.key));
        return;
      case 'settled':
        owed.delete(keyFrom(record.module, record.key));
        return;
      case 'adopted':
        for (const [name, turn] of turns)
          if (turn.scope === record.from) turns.set(name, { ...turn, scope: record.to });
        for (const [key, entries] of [...acts]) {
          const [module = '', scope, rest = ''] = partsOf(key);
          if (scope === record.from) acts.set(keyFrom(module, record.to, rest), entries);
        }
    }
  }

  function isEmptied(): boolean {
    return emptied && identity === undefined;
  }

  function inServiceRecord(): JournalRecord {
    return { is: 'in-service', ...(isEmptied() && { emptied: true }) };
  }

  function write(record: JournalRecord): void {
    take(record);
    if (!begun) compact();
    else store.append(journal, JSON.stringify(record), mayBeLost(record) ? 'later' : undefined);
  }

  /** Rewrites the whole journal: before the first record, after damage, and when it has become long. */
  function compact(): void {
    const boots = [...new Set([...acts.keys()].map((key) => partsOf(key)[1] ?? ''))].filter((scope) =>
      scope.startsWith('boot:'),
    );
    const dropped = new Set(boots.slice(0, -keptBoots - 1));
    const lines: JournalRecord[] = [{ is: 'format', version: known.version }];
    if (identity) lines.push({ is: 'identity', ...identity });
    if (served) lines.push(inServiceRecord());
    for (const [key, entries] of acts) {
      const [module = '', scope = '', rest = ''] = partsOf(key);
      if (!dropped.has(scope))
        lines.push(...entries.map((entry) => ({ is: 'act', module, scope, key: rest, entry }) as const));
    }
    for (const each of owed) {
      const [module = '', key = ''] = partsOf(each);
      lines.push({ is: 'owed', module, key });
    }
    for (const turn of turns.values()) lines.push({ is: 'turn', ...turn });
    if (cut !== undefined) lines.push({ is: 'began', module: cut, scope: '' });
    // Kept for a return to the newer version.
    if (newer && !begun) store.replace(`journal-${version}.ndjson`, text ?? '');
    store.replace(journal, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    begun = true;
  }

  return {
    condition,
    damaged,
    warnings: [
      ...(damaged > 0
        ? [{ code: 'state-damaged', text: `${damaged} records of /var/lib/bootagent cannot be read` } as const]
        : []),
      ...(unread === undefined ? [] : [{ code: 'state-damaged', text: unread } as const]),
      ...(newer ? [{ code: 'state-newer', text: newerText(version, known.version) } as const] : []),
    ],
    emptied: isEmptied,
    inService: () => served || condition === 'lost' || damaged > 0,
    setInService() {
      if (!served) write(inServiceRecord());
    },
    interrupted: cut,
    flush: () => store.flush(),
    store,
    identity: () => identity,
    instance: () => store.read('instance.json'),
    remember(who, instance) {
      store.replace('instance.json', instance, 'later');
      write({ is: 'identity', ...who });
      store.remove('fresh');
    },
    lastRun: (module) => turns.get(module),
    lastRuns: () => [...turns.values()],
    began: (module, scope) => write({ is: 'began', module, scope }),
    ended: (turn) => write({ is: 'turn', ...turn }),
    deferred: (module) => write({ is: 'rested', module }),
    adopt: (from, to) => write({ is: 'adopted', from, to }),
    ledger: (module, scope, anew = false) => {
      const forgotten = new Set(anew ? acts.keys() : []);
      return {
        entriesOf(key) {
          const own = keyFrom(module, scope, key);
          const others = [...acts].filter(([each]) => isBefore(each, module, key) && each !== own);
          return {
            earlier: forgotten.has(own) ? [] : (acts.get(own) ?? []),
            before: anew || !scope.startsWith('boot:') ? [] : others.map(([, entries]) => entries),
          };
        },
        isPending: (key) => owed.has(keyFrom(module, key)),
        async write(key, entry) {
          forgotten.delete(keyFrom(module, scope, key));
          write({ is: 'act', module, scope, key, entry, ...(anew && entry.is === 'began' && { anew: true }) });
        },
        async pend(keys) {
          for (const key of keys) if (!owed.has(keyFrom(module, key))) write({ is: 'owed', module, key });
        },
        clear: async (key) => write({ is: 'settled', module, key }),
      };
    },
    entries: (module) => [...acts].filter(([key]) => partsOf(key)[0] === module).flatMap(([, entries]) => entries),
  };
}

/**
 * Whether the loss of a record in a power loss costs nothing but a comparison: the module runs again, and its changes hold. Acts
 * and debts are on disk before their changes begin.
 */
const mayBeLost = (record: JournalRecord): boolean =>
  ['began', 'rested', 'turn', 'settled'].includes(record.is) ||
  (record.is === 'act' && record.entry.is === 'item-ended');

const newerText = (version: number, today: number): string =>
  `${ownPaths.state} was written by a later bootagent (format ${version}, and this one reads ${today}): it counts as lost`;

/** Returns one key for several parts, which may contain any character: instance-ids come from outside. */
const keyFrom = (...words: readonly string[]): string => JSON.stringify(words);
const partsOf = (key: string): readonly string[] => JSON.parse(key) as readonly string[]; // made by keyFrom

function isBefore(each: string, module: string, key: string): boolean {
  const [own, scope = '', rest] = partsOf(each);
  return own === module && scope.startsWith('boot:') && rest === key;
}
