import { Problem } from '../../base/problem.ts';
import type { ScriptChange } from '../../engine/change.ts';
import type { ActHandler, Due, LedgerEntry } from '../../engine/handler.ts';
import type { ShellEnd } from '../../host/host.ts';

/** How many boots in a row a list may end with the machine going down before it is left out. */
const boots = 3;

/** A list of shell items, run one by one by the same shell. Never run again because it failed. */
export const scriptHandler: ActHandler<ScriptChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ name }) => name,
  intent: ({ items }) => `runs ${items.length} ${items.length === 1 ? 'item' : 'items'}`,
  due,

  async perform(change, host, log) {
    const of = change.items.length;
    const failed: { item: number; code: number }[] = [];
    let last = -1;
    const end = await host.shell(
      {
        name: change.name,
        items: change.items,
        shell: change.shell,
        from: change.onInterrupt === 'resume' ? lastItem(log.earlier, 'item-began') + 1 : 0,
        stopOnError: change.onError === 'stop',
        ...(change.before !== undefined && { before: change.before }),
        ...(change.env && { env: change.env }),
        ...(change.timeoutMs !== undefined && { timeoutMs: change.timeoutMs }),
      },
      async (event) => {
        last = event.item;
        if (event.event === 'began') return log.write({ is: 'item-began', item: event.item });
        const { item, code, ms, tail } = event;
        await log.write({ is: 'item-ended', item, code, ms, tail });
        log.tell({ item: item + 1, of, code, ms, tail });
        if (code !== 0) failed.push({ item: item + 1, code });
      },
    );
    if (end.shutdown) {
      await log.write({ is: 'down', item: last });
      return `the machine went down in item ${last + 1} of ${of}`;
    }
    if (failed.length > 0 || end.signal || end.timedOut) throw failure(change, failed, end, last + 1);
    return last + 1 < of ? `ended by itself at item ${last + 1} of ${of}; the rest was not run` : undefined;
  },
};

/** Whether a list is to be run, by what is known of earlier starts: it is not repeatable. */
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
  const began = lastItem(earlier, 'item-began');
  const cut = wentDown(earlier);
  const left = began + 1 < items.length;
  if (earlier.some(({ is }) => is === 'ended')) return cut && left && onInterrupt === 'resume' ? 'due' : 'done';
  if (began === -1) return 'due';
  if (onInterrupt === 'rerun' || (onInterrupt === 'resume' && left)) return 'due';
  if (!left && lastItem(earlier, 'item-ended') === began) return 'done';
  return {
    lost: new Problem(
      'interrupted',
      `${name} was cut off in item ${began + 1} of ${items.length}; it is not run again`,
    ),
  };
}

/** Whether this record ends with the machine going down: in order, or without a word. */
const wentDown = (entries: readonly LedgerEntry[]): boolean =>
  entries.some(({ is }) => is === 'down') ||
  (entries.some(({ is }) => is === 'item-began') && !entries.some(({ is }) => is === 'ended'));

const lastItem = (entries: readonly LedgerEntry[], is: string): number =>
  entries.reduce((last, entry) => (entry.is === is ? Number(entry.item) : last), -1);

function failure(
  { name, items, timeoutMs = 0 }: ScriptChange,
  failed: readonly { item: number; code: number }[],
  { code, signal, timedOut, log }: ShellEnd,
  ran: number,
): Problem {
  const of = items.length;
  const each = failed.map((one) => `item ${one.item} of ${of} ended with ${one.code}`);
  const limit = `it did not end within ${timeoutMs / 1000} s, in item ${ran} of ${of}`;
  const killed = timedOut ? [limit] : signal ? [`item ${ran} of ${of} was ended by ${signal}`] : [];
  const rest = ran < of ? [`the rest was not run`] : [];
  const words = [...each, ...killed, ...rest].join(', ') || `the shell ended with ${code}`;
  return new Problem('script-failed', `${name}: ${words}`, { hint: `Its output is in ${log} (readable by root).` });
}
