import { asProblem, Problem } from '../base/problem.ts';
import type { Host, ReadHost } from '../host/host.ts';
import { isRefused } from '../host/with-context.ts';
import type { Change, CommandInfo, PlanItem } from './change.ts';
import type {
  ActHandler,
  ActLog,
  Difference,
  HandlerTable,
  ItemReport,
  ItemStart,
  LedgerEntry,
  Remark,
  StateHandler,
  Waiting,
} from './handler.ts';
import { hashOf } from './hash.ts';
import type { OverlayHost } from './overlay-host.ts';

/** What became of one change. */
export type Step = { readonly at: string; readonly change: Change } & Outcome;

export type Outcome =
  /** The note tells how far it holds, where not all that was asked is possible. */
  | { readonly outcome: 'holds'; readonly note?: string }
  /** A preview's word for what a run would make. */
  | { readonly outcome: 'due'; readonly difference: Difference }
  | { readonly outcome: 'made'; readonly difference: Difference; readonly note?: string }
  /** Only a running machine, or only root, can do it: neither due nor done. */
  | { readonly outcome: 'deferred'; readonly because: string }
  /** What cannot be read without root is not known. */
  | { readonly outcome: 'unknown'; readonly because: string }
  /** An act that was done before; whether it reads otherwise now, and whether it failed and is not to be repeated. */
  | { readonly outcome: 'done'; readonly changed?: true; readonly failed?: true }
  /** Planned for another machine: compared with nothing. */
  | { readonly outcome: 'planned' }
  /** Left alone since an earlier change of its item failed. */
  | { readonly outcome: 'skipped' }
  | { readonly outcome: 'failed'; readonly problem: Problem };

/** What is remembered of acts, and of followers that a crash still owes. */
export interface ReadLedger {
  /** What was recorded of an act in this boot, instance or image, and in the boots before. */
  entriesOf(key: string): {
    readonly earlier: readonly LedgerEntry[];
    readonly before: readonly (readonly LedgerEntry[])[];
  };
  isPending(key: string): boolean;
}

export interface Ledger extends ReadLedger {
  /** Each is on disk when its promise settles. */
  write(key: string, entry: LedgerEntry): Promise<void>;
  pend(keys: readonly string[]): Promise<void>;
  clear(key: string): Promise<void>;
}

/** Who wants to know of a change while it is made. */
export interface Watch {
  beforeChange?(): void;
  scriptStarts?(item: ItemStart): void;
  scriptItem?(report: ItemReport): void;
  readonly waiting?: Waiting;
  /** The command at this position of a script, from 0, as people may see it. */
  command?(position: number): CommandInfo | undefined;
}

/** What goes over the items of a plan, bound to the handlers of a table. */
export interface Executor {
  /** Says which changes of an item are due. It cannot change anything: a ReadHost has no way to. */
  preview(item: PlanItem, host: OverlayHost, ledger: ReadLedger): Promise<Step[]>;
  /** Makes the changes of an item that are due, in order, and stops at the first that fails: the rest depend on it. */
  apply(item: PlanItem, host: Host, ledger: Ledger, watch?: Watch): Promise<Step[]>;
  /** Takes the acts of an item for done, on a machine that did them when nobody kept a record. */
  countAsDone(item: PlanItem, ledger: Ledger): Promise<void>;
}

export const executorOf = (table: HandlerTable): Executor => ({
  preview: (...given) => preview(table, ...given),
  apply: (...given) => apply(table, ...given),
  countAsDone: (...given) => countAsDone(table, ...given),
});

async function preview(table: HandlerTable, item: PlanItem, host: OverlayHost, ledger: ReadLedger): Promise<Step[]> {
  return walk(item, async (change, touched) => {
    try {
      const outcome = await judge(table, item, change, { host, ledger, touched });
      if (outcome.outcome === 'due') host.include(outcome.difference);
      return outcome;
    } catch (error) {
      if (isRefused(error) && !host.privileged) return { outcome: 'unknown', because: 'needs root to look' };
      throw error;
    }
  });
}

async function apply(
  table: HandlerTable,
  item: PlanItem,
  host: Host,
  ledger: Ledger,
  watch: Watch = {},
): Promise<Step[]> {
  return walk(item, async (change, touched) => {
    const outcome = await judge(table, item, change, { host, ledger, touched });
    if (outcome.outcome !== 'due') return outcome;
    const { difference } = outcome;
    const key = keyIn(table, item.at, change);
    watch.beforeChange?.();
    // A crash between a change and what follows it must not lose the follower: next time the first one holds.
    const followers = item.changes
      .filter(({ follows }) => follows === change)
      .map((each) => keyIn(table, item.at, each));
    if (followers.length > 0) await ledger.pend(followers);
    const mark = { key, of: hashOf(item.changes) };
    const note = await make(table, change, difference, {
      mark,
      host,
      ledger,
      tell: (report) => watch.scriptItem?.(report),
      starts: (item) => watch.scriptStarts?.(item),
      waiting: watch.waiting,
      command: (position) => watch.command?.(position),
    });
    if (ledger.isPending(key)) await ledger.clear(key);
    return { outcome: 'made', difference, ...(note !== undefined && { note }) };
  });
}

async function countAsDone(table: HandlerTable, { at, changes }: PlanItem, ledger: Ledger): Promise<void> {
  for (const change of changes) {
    const key = keyIn(table, at, change);
    if (table.handlerOf(change).sort !== 'act' || change.follows || ledger.entriesOf(key).earlier.length > 0) continue;
    await ledger.write(key, { is: 'began', of: hashOf(changes) });
    await ledger.write(key, { is: 'ended', ok: true });
  }
}

/** Whether a change is due: the one question that a preview and a run ask alike. */
async function judge(
  table: HandlerTable,
  item: PlanItem,
  change: Change,
  { host, ledger, touched }: Looking,
): Promise<Outcome> {
  const handler = table.handlerOf(change);
  if (handler.needs === 'machine' && host.offline) return { outcome: 'deferred', because: 'at the next boot' };
  if (handler.needs && !host.privileged) return { outcome: 'deferred', because: 'needs root' };
  const key = keyIn(table, item.at, change);
  const led = change.follows && (touched.has(change.follows) || ledger.isPending(key)) ? change.follows : undefined;
  if (handler.sort === 'act') {
    const outcome = judgeAct(table, change, handler, { key, of: hashOf(item.changes) }, led, ledger);
    if (outcome.outcome === 'due') await handler.refuse?.(change, host);
    return outcome;
  }
  const difference = await handler.compare(change, host);
  if (difference && !isRemark(difference)) return { outcome: 'due', difference: asDifference(difference) };
  if (isRemark(difference) && !led) return { outcome: 'holds', note: difference.holds };
  return led ? { outcome: 'due', difference: { why: `follows ${table.keyOf(led)}` } } : { outcome: 'holds' };
}

function judgeAct(
  table: HandlerTable,
  change: Change,
  handler: ActHandler<Change>,
  { key, of }: Mark,
  led: Change | undefined,
  ledger: ReadLedger,
): Outcome {
  if (change.follows) {
    return led ? { outcome: 'due', difference: { why: `follows ${table.keyOf(led)}` } } : { outcome: 'holds' };
  }
  const { earlier, before } = ledger.entriesOf(key);
  const verdict = handler.due?.(change, earlier, before) ?? (hasEnded(earlier) ? 'done' : 'due');
  if (typeof verdict === 'object') return { outcome: 'failed', problem: verdict.lost };
  const begun = earlier.findLast(({ is }) => is === 'began')?.of;
  if (verdict === 'done') {
    const failed = earlier.findLast(({ is }) => is === 'ended')?.ok === false;
    const changed = begun !== undefined && begun !== of;
    return { outcome: 'done', ...(changed && { changed: true }), ...(failed && { failed: true }) };
  }
  return { outcome: 'due', difference: { why: handler.intent(change) } };
}

async function make(
  table: HandlerTable,
  change: Change,
  difference: Difference,
  {
    mark,
    host,
    ledger,
    ...log
  }: { mark: Mark; host: Host; ledger: Ledger } & Pick<ActLog, 'tell' | 'command' | 'starts' | 'waiting'>,
): Promise<string | undefined> {
  const handler = table.handlerOf(change);
  if (handler.sort === 'state') return makeState(table, change, handler, difference, { host, waiting: log.waiting });
  const note = change.follows
    ? await handler.perform(change, host, { earlier: [], write: async () => {}, ...log })
    : await once(change, handler, { ...mark, host, ledger, ...log });
  return note ?? undefined;
}

async function makeState(
  table: HandlerTable,
  change: Change,
  handler: StateHandler<Change>,
  difference: Difference,
  { host, waiting }: { readonly host: Host; readonly waiting: Waiting | undefined },
): Promise<string | undefined> {
  const note = await handler.apply(change, host, difference, waiting);
  const left = handler.unverified ? undefined : await handler.compare(change, host);
  if (isRemark(left)) return note || left.holds;
  if (!left) return note || undefined;
  throw new Problem('not-converged', `${table.keyOf(change)} was made, and yet it ${asDifference(left).why}`);
}

const keyIn = (table: HandlerTable, at: string, change: Change): string => `${at}: ${table.keyOf(change)}`;

async function walk(
  item: PlanItem,
  turn: (change: Change, touched: ReadonlySet<Change>) => Promise<Outcome>,
): Promise<Step[]> {
  const steps: Step[] = [];
  const touched = new Set<Change>();
  let failed = false;
  for (const change of item.changes) {
    const outcome: Outcome = failed
      ? { outcome: 'skipped' }
      : await turn(change, touched).catch((error) => outcomeOf(asProblem(error)));
    if (outcome.outcome === 'failed') failed = true;
    if (outcome.outcome === 'due' || outcome.outcome === 'made') touched.add(change);
    steps.push({ at: item.at, change, ...outcome });
  }
  return steps;
}

/** What does not fit into the time before sshd waits for the unit behind it. */
const outcomeOf = (problem: Problem): Outcome =>
  problem.code === 'fetched-late'
    ? { outcome: 'deferred', because: `behind sshd: ${problem.message}` }
    : { outcome: 'failed', problem };

interface Looking {
  readonly host: ReadHost;
  readonly ledger: ReadLedger;
  readonly touched: ReadonlySet<Change>;
}

/** What an act is recorded by: its key, and what it was when it was done. */
interface Mark {
  readonly key: string;
  readonly of: string;
}

const hasEnded = (earlier: readonly LedgerEntry[]): boolean =>
  earlier.some(({ is, ok }) => is === 'ended' && ok === true);

/** The record is begun before the act and ended after it, so that a crash in between is seen for what it is. */
async function once(
  change: Change,
  handler: ActHandler<Change>,
  {
    key,
    of,
    host,
    ledger,
    ...log
  }: Mark & { host: Host; ledger: Ledger } & Pick<ActLog, 'tell' | 'command' | 'starts' | 'waiting'>,
): Promise<string | undefined> {
  const { earlier } = ledger.entriesOf(key);
  await ledger.write(key, { is: 'began', of });
  try {
    const note = await handler.perform(change, host, { earlier, write: (entry) => ledger.write(key, entry), ...log });
    // What it found is told once and kept: who looks at the status later was not there.
    await ledger.write(key, { is: 'ended', ok: true, ...(note && { note }) });
    return note ?? undefined;
  } catch (error) {
    await ledger.write(key, { is: 'ended', ok: false });
    throw error;
  }
}

const isRemark = (difference: Difference | Remark | string | undefined): difference is Remark =>
  typeof difference === 'object' && 'holds' in difference;

const asDifference = (difference: Difference | string): Difference =>
  typeof difference === 'string' ? { why: difference } : difference;
