import type { Host } from '../host/host.ts';
import type { Change, PlanItem } from './change.ts';
import type { HandlerTable } from './handler.ts';

/** The fewest changes of a kind for which one flush of all file systems costs less than a flush for each. */
const fewest = 8;

/**
 * Writes to disk together what many items need before they are applied, so that a thousand files do not cost a thousand
 * flushes. What fails here is left to the item, which meets the same error and reports it.
 */
export async function prepareItems(
  table: HandlerTable,
  items: readonly PlanItem[],
  host: Host,
  beforeChange: () => void,
): Promise<void> {
  const changes = items.flatMap(({ deferred, changes }) =>
    deferred === undefined && changes.length === 1 ? changes : [],
  );
  for (const group of Map.groupBy(changes, ({ kind }) => kind).values()) {
    const handler = table.handlerOf(group[0] as Change);
    if (handler.sort !== 'state' || !handler.prepare || group.length < fewest) continue;
    const fresh: Change[] = [];
    for (const change of group) if (await handler.isNew?.(change, host).catch(() => false)) fresh.push(change);
    if (fresh.length < fewest) continue;
    beforeChange();
    await handler.prepare(fresh, host).catch(() => undefined);
  }
}
