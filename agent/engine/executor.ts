import { asProblem, Problem } from '../base/problem.ts';
import type { Host, ReadHost } from '../host/host.ts';
import { isRefused } from '../host/with-context.ts';
import type { Change, PlanItem } from './change.ts';
import type {
  ActHandler,
  ActLog,
  Difference,
  HandlerTable,
  LedgerEntry,
  Remark,
  StateHandler,
  Waiting,
} from './handler.ts';
import { hashOf } from './hash.ts';
import type { Ledger, ReadLedger } from './ledger.ts';
import type { OverlayHost } from './overlay-host.ts';
import { prepareItems } from './prepare-items.ts';
import type { Outcome, Step, Watch } from './step.ts';

/** Previews and applies the items of a plan with the handlers of one table. */
export interface Executor {
  /** Returns which changes of an item are due. It cannot change the machine: a ReadHost has no method that writes. */
  preview(item: PlanItem, host: OverlayHost, ledger: ReadLedger): Promise<Step[]>;
  /** Applies the due changes of an item in order and stops at the first failure: later changes depend on earlier ones. */
  apply(item: PlanItem, host: Host, ledger: Ledger, watch?: Watch): Promise<Step[]>;
  /** Writes to disk together what many items need; see prepare-items.ts. */
  prepare(items: readonly PlanItem[], host: Host, beforeChange: () => void): Promise<void>;
  /** Records the acts of an item as done, on a machine that ran them but has no record of it. */
  countAsDone(item: PlanItem, ledger: Ledger): Promise<void>;
}

export const executorOf = (table: HandlerTable): Executor => ({
  preview: (...given) => preview(table, ...given),
  apply: (...given) => apply(table, ...given),
  prepare: (...given) => prepareItems(table, ...given),
  countAsDone: (...given) => countAsDone(table, ...given),
});

async function preview(table: HandlerTable, item: PlanItem, host: OverlayHost, ledger: ReadLedger): Promise<Step[]> {
  return walk(item, async (change, touched) => {
    try {
      const outcome = await judge(table, item, change, { host, ledger, touched });
      if (outcome.outcome === 'due') host.include(outcome.difference);
      return outcome;
    } catch (error) {
      if (isRefused(error) && !host.privileged) return { outcome: 'unknown', because: 'needs root to read it' };
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
    // A crash between a change and its follower must not lose the follower: in the next run the change is unchanged.
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

/** Determines whether a change is due; shared by preview and apply. */
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
  if (isRemark(difference) && !led)
    return { outcome: 'holds', note: difference.holds, ...(difference.warns && { warns: true }) };
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
  throw new Problem('not-converged', `${table.keyOf(change)} was applied, but it still ${asDifference(left).why}`);
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

/** Defers a fetch that exceeds the budget of the units before sshd: the unit after sshd retries it. */
const outcomeOf = (problem: Problem): Outcome =>
  problem.code === 'fetched-late'
    ? { outcome: 'deferred', because: `after sshd: ${problem.message}` }
    : { outcome: 'failed', problem };

interface Looking {
  readonly host: ReadHost;
  readonly ledger: ReadLedger;
  readonly touched: ReadonlySet<Change>;
}

/** The identity of an act in the ledger: its key, and the hash of its item's changes when it ran. */
interface Mark {
  readonly key: string;
  readonly of: string;
}

const hasEnded = (earlier: readonly LedgerEntry[]): boolean =>
  earlier.some(({ is, ok }) => is === 'ended' && ok === true);

/** Performs an act between a "began" and an "ended" entry, so that the next run detects a crash in between. */
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
    // The note is stored so that a later `status` can show it.
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
