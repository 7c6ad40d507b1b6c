import type { Context, Frequency, Module } from '../../engine/module.ts';
import type { Failure, ModuleRecord } from '../../state/records.ts';
import type { State } from '../../state/state.ts';

/** How many boots an item that fails is given. */
export const mostTries = 3;

/** The items of a module that a run goes through. */
export type ItemsDue = 'all' | 'none' | ReadonlySet<string>;

export const scopeOf = (every: Frequency, { instance }: Context, bootId: string): string =>
  every === 'boot' ? `boot:${bootId}` : every === 'instance' ? `instance:${instance.id}` : 'image';

/** All items, none, or those of the last run that failed and have tries left, or that waited. */
export function itemsDue(
  module: Module,
  last: ModuleRecord | undefined,
  { force, retryFailed }: { readonly force?: boolean; readonly retryFailed?: boolean },
): ItemsDue {
  if (force) return 'all';
  const waits = last?.waits ?? [];
  const left = Object.entries(last?.failed ?? {}).filter(([, { tries }]) => retryFailed || tries < mostTries);
  // A plan that could not be made left all its items open.
  if (left.some(([at]) => at === module.name)) return 'all';
  const some = new Set([...left.map(([at]) => at), ...waits]);
  if (retryFailed) return left.length > 0 ? some : 'none';
  // What must hold at every boot is looked at at every start; its acts know by themselves that they were done.
  if (!last || module.every === 'boot') return 'all';
  return some.size > 0 ? some : 'none';
}

/** The failures of the last run that this one does not go through: they stay as they are. */
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
    /** The items that wait for a boot, or for root. */
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
    // Not done: what waits for the boot, or for root, is looked at again then.
    if (begun) state.deferred(module.name);
    return;
  }
  const waits = [...waiting];
  const marked = module.every !== 'boot' && (asked || hasFailures);
  const same = last?.scope === record.scope && last.hash === record.hash && !hasFailures && !wasOpen;
  if (begun || hasFailures || wasOpen || (marked && !same))
    state.ended({ ...record, ...(waits.length > 0 && { waits }) });
}
