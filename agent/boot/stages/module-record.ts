import type { Context, Frequency, Module } from '../../engine/module.ts';
import type { Failure, ModuleRecord } from '../../state/records.ts';
import type { State } from '../../state/state.ts';

/** The number of boots at which a failing item is tried. */
export const mostTries = 3;

/** The items of a module that a run processes. */
export type ItemsDue = 'all' | 'none' | ReadonlySet<string>;

export const scopeOf = (every: Frequency, { instance }: Context, bootId: string): string =>
  every === 'boot' ? `boot:${bootId}` : every === 'instance' ? `instance:${instance.id}` : 'image';

/** Returns all items, none, or those of the last run that were deferred, or that failed and have tries left. */
export function itemsDue(
  module: Module,
  last: ModuleRecord | undefined,
  { force, retryFailed }: { readonly force?: boolean; readonly retryFailed?: boolean },
): ItemsDue {
  if (force) return 'all';
  const waits = last?.waits ?? [];
  const left = Object.entries(last?.failed ?? {}).filter(([, { tries }]) => retryFailed || tries < mostTries);
  // A plan that failed leaves all its items open.
  if (left.some(([at]) => at === module.name)) return 'all';
  const some = new Set([...left.map(([at]) => at), ...waits]);
  if (retryFailed) return left.length > 0 ? some : 'none';
  // Modules of every boot check their state at every start; changes that run only once have records of their own.
  if (!last || module.every === 'boot') return 'all';
  return some.size > 0 ? some : 'none';
}

/** Returns the failures of the last run that this run does not process: they stay as they are. */
export const failuresKept = (last: ModuleRecord | undefined, only: ItemsDue): Readonly<Record<string, Failure>> =>
  Object.fromEntries(
    Object.entries(last?.failed ?? {}).filter(([at]) => only === 'none' || (only !== 'all' && !only.has(at))),
  );

/** Records how a module run ended, unless the state has that already. */
export function recordRun(
  record: ModuleRecord,
  {
    waiting,
    begun,
    asked,
    last,
    state,
    module,
  }: {
    /** The items that are deferred to a boot, or to a run by root. */
    readonly waiting: ReadonlySet<string>;
    readonly begun: boolean;
    readonly asked: boolean;
    readonly last: ModuleRecord | undefined;
    readonly state: State;
    readonly module: Module;
  },
): void {
  const hasFailures = Object.keys(record.failed).length > 0;
  const wasOpen = Object.keys(last?.failed ?? {}).length > 0 || (last?.waits ?? []).length > 0;
  if (waiting.size > 0 && !hasFailures && !wasOpen) {
    // Not recorded as done: deferred items are checked again at the boot, or in a run by root.
    if (begun) state.deferred(module.name);
    return;
  }
  const waits = [...waiting];
  const marked = module.every !== 'boot' && (asked || hasFailures);
  const same = last?.scope === record.scope && last.hash === record.hash && !hasFailures && !wasOpen;
  if (begun || hasFailures || wasOpen || (marked && !same))
    state.ended({ ...record, ...(waits.length > 0 && { waits }) });
}
