import { Problem } from '../../base/problem.ts';
import type { ScriptChange } from '../../engine/change.ts';
import type { ActHandler, ActLog, Due, LedgerEntry } from '../../engine/handler.ts';
import type { ShellEnd } from '../../host/host.ts';

/** The number of consecutive boots that a list may end by shutting down the machine before it is skipped. */
const boots = 3;

/** Runs a list of shell items one by one in the same shell. A failed list is not run again. */
export const scriptHandler: ActHandler<ScriptChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ name }) => name,
  intent: ({ items }) => `runs ${items.length} ${items.length === 1 ? 'command' : 'commands'}`,
  due,

  async perform(change, host, log) {
    const of = change.items.length;
    const named = (item: number): string => nameOf(change, item, log);
    const failed: FailedItem[] = [];
    let last = -1;
    const end = await host.shell(
      {
        name: change.name,
        items: change.items,
        titles: change.items.map((_, item) => titleOf(change, item, log)),
        shell: change.shell,
        from: change.onInterrupt === 'resume' ? lastItem(log.earlier, 'item-began') + 1 : 0,
        stopOnError: change.onError === 'stop',
        ...(change.before !== undefined && { before: change.before }),
        ...(change.env && { env: change.env }),
        ...(change.output && { output: change.output }),
        ...(change.timeoutMs !== undefined && { timeoutMs: change.timeoutMs }),
      },
      async (event) => {
        last = event.item;
        if (event.event === 'began') {
          log.starts?.({ item: event.item + 1, of });
          return log.write({ is: 'item-began', item: event.item });
        }
        const { item, code, ms, tail, signal, lastLine, timedOut, log: path } = event;
        await log.write({ is: 'item-ended', item, code, ms, tail });
        log.tell({
          ...{ item: item + 1, of, code, ms, tail },
          ...(signal !== undefined && { signal }),
          ...(timedOut && change.timeoutMs !== undefined && { timeoutMs: change.timeoutMs }),
          ...(code !== 0 && lastLine && { lastLine }),
          ...(path !== undefined && { log: path }),
        });
        if (code !== 0) failed.push({ item, code, signal, lastLine });
      },
    );
    if (end.shutdown) {
      await log.write({ is: 'down', item: last });
      return `the machine went down in ${named(last)}`;
    }
    if (failed.length > 0 || end.signal || end.timedOut || (last === -1 && end.code !== 0))
      throw failure(change, failed, { end, last, log });
    return last + 1 < of ? `ended by itself at ${named(last)}; the rest was not run` : undefined;
  },
};

const atOf = ({ name }: ScriptChange, item: number, log?: ActLog): string =>
  log?.command?.(item)?.at ?? `${name}[${item}]`;

/** Returns "runcmd[1] (2 of 5)". */
const nameOf = (change: ScriptChange, item: number, log?: ActLog): string =>
  `${atOf(change, item, log)} (${item + 1} of ${change.items.length})`;

/** Returns the same with the first line of the command, if it is known. */
function titleOf(change: ScriptChange, item: number, log: ActLog, quote = ''): string {
  const line = log.command?.(item)?.line;
  const name = nameOf(change, item, log);
  return line === undefined ? name : `${name}${quote === '' ? ':' : ''} ${quote}${line}${quote}`;
}

/** Decides from the record of earlier starts whether a list is to run: lists are not repeatable. */
function due(
  { name, items, onInterrupt }: ScriptChange,
  earlier: readonly LedgerEntry[],
  before: readonly (readonly LedgerEntry[])[],
): Due {
  if (before.length >= boots && before.slice(-boots).every(wentDown)) {
    const text = `${name} has ended with the machine going down ${boots} boots running, and is left out`;
    return {
      lost: new Problem('interrupted', text, { hint: `Take the reboot out of ${name}, or make it depend on a file.` }),
    };
  }
  const known = withoutEmptyStarts(earlier);
  if (known.length === 0) return 'due';
  const began = lastItem(known, 'item-began');
  const cut = wentDown(known);
  const left = began + 1 < items.length;
  if (known.some(({ is }) => is === 'ended')) return cut && left && onInterrupt === 'resume' ? 'due' : 'done';
  if (onInterrupt === 'rerun' || (onInterrupt === 'resume' && left)) return 'due';
  if (!left && lastItem(known, 'item-ended') === began) return 'done';
  const text = `${name} was interrupted in ${name}[${began}] (${began + 1} of ${items.length}); it is not run again`;
  return { lost: new Problem('interrupted', text) };
}

/** Returns the record without the starts that ended before their first item began: they ran nothing. */
function withoutEmptyStarts(earlier: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const starts: LedgerEntry[][] = [];
  for (const entry of earlier) {
    if (entry.is === 'began' || starts.length === 0) starts.push([]);
    starts.at(-1)?.push(entry);
  }
  // For a list that is recorded as done on a machine in service, the record has no items and a successful end.
  const hasRun = (start: readonly LedgerEntry[]) =>
    start.some(({ is, ok }) => is === 'item-began' || (is === 'ended' && ok === true));
  return starts.filter(hasRun).flat();
}

/** Whether this record ends with the machine going down, in an orderly shutdown or not. */
const wentDown = (entries: readonly LedgerEntry[]): boolean =>
  entries.some(({ is }) => is === 'down') ||
  (entries.some(({ is }) => is === 'item-began') && !entries.some(({ is }) => is === 'ended'));

const lastItem = (entries: readonly LedgerEntry[], is: string): number =>
  entries.reduce((last, entry) => (entry.is === is ? Number(entry.item) : last), -1);

interface FailedItem {
  readonly item: number;
  readonly code: number;
  readonly signal?: string | undefined;
  readonly lastLine?: string | undefined;
}

/** Describes the first failed item by its command, and the others by their positions. */
function failure(
  change: ScriptChange,
  failed: readonly FailedItem[],
  { end, last, log }: { readonly end: ShellEnd; readonly last: number; readonly log: ActLog },
): Problem {
  const { items, name, timeoutMs = 0 } = change;
  const [first = { item: last, code: end.code, signal: end.signal }, ...more] = failed;
  if (first.item === -1) {
    const text = `${name}: the shell ended with exit ${end.code} before the first command`;
    return new Problem('command-failed', text, { hint: `Its output is in ${end.log} (readable by root).` });
  }
  const why =
    end.timedOut && first.item === last
      ? `failed: stopped by the time limit of ${timeoutMs / 1000} s for the list`
      : reasonOf(first);
  const others = more.map(({ item }) => nameOf(change, item, log)).join(', ');
  const parts = [
    `${titleOf(change, first.item, log, '`')} ${why}`,
    ...(others === '' ? [] : [`also failed: ${others}`]),
    ...(end.timedOut && first.item !== last ? [`${nameOf(change, last, log)} did not end in time`] : []),
    ...(last + 1 < items.length ? ['the rest was not run'] : []),
  ];
  return new Problem('script-failed', parts.join('; '), {
    hint: `Its output is in ${end.log} (readable by root).`,
    at: atOf(change, first.item, log),
    ...(first.lastLine !== undefined && { stderrTail: first.lastLine }),
  });
}

/** The meaning of these exit codes in the shell. */
const meanings: Readonly<Record<number, string>> = {
  126: ' (found, but cannot be executed)',
  127: ' (command not found)',
};

const reasonOf = ({ code, signal }: FailedItem): string =>
  signal === undefined ? `failed: exit ${code}${meanings[code] ?? ''}` : `failed: ended by ${signal} (exit ${code})`;
