import { isNonFatal, type ProblemCode, problemCodes } from '../base/problem.ts';
import type { ItemReport } from '../engine/handler.ts';
import type { State } from '../state/state.ts';

/** The public part of an item of a script: only root may see the last lines of its output. */
export type PublicItem = Omit<ItemReport, 'tail'>;

/** A failure that is not fixed yet. */
export interface Fault {
  readonly module: string;
  readonly at: string;
  readonly code: string;
  /** Contains no output of programs and no secrets. */
  readonly message: string;
  readonly hint?: string;
  /** The items of a script that failed. */
  readonly items?: readonly PublicItem[];
}

/** Returns the failures that the state records, from this boot and from earlier ones. */
export const faultsIn = (state: Pick<State, 'lastRuns'>): Fault[] =>
  state.lastRuns().flatMap(({ module, failed }) =>
    Object.entries(failed).map(([at, { code, message, item }]) => ({
      module,
      at,
      code,
      message,
      ...(item && { items: [publicItem(item)] }),
    })),
  );

export function publicItem({ tail: _, ...item }: ItemReport): PublicItem {
  return item;
}

interface Hinted {
  readonly text: string;
  readonly hint?: string;
}

/** Returns a text with its hint. */
export const hintedText = ({ text, hint }: Hinted): string => `${text}${hint === undefined ? '' : ` (${hint})`}`;

/** Returns the text of a warning, with its hint. */
export const noticeText = (notice: Hinted): string => `warning: ${hintedText(notice)}`;

/** Whether a fault affects more than its item. */
export const isFatal = ({ code }: Pick<Fault, 'code'>): boolean => !isNonFatal(code);

/** Returns a message in the form that all views use for a failure: with "failed: ". */
export const failedText = (message: string): string => (/ failed: /.test(message) ? message : `failed: ${message}`);

/** Returns lines about a fault: its message, or the details of the script items that failed. */
export function faultLines({ module, message, items = [] }: Fault): string[] {
  return items.length === 0 ? [failedText(message)] : items.flatMap((item) => itemLines(module, item));
}

/** Returns "runcmd[1] (2 of 5) `setup --now` failed: exit 127 (command not found)", its last line of output, and the places to look at. */
export function itemLines(module: string, item: PublicItem): string[] {
  const { lastLine, place, log } = item;
  const where = [place && `at ${place}`, log && `output in ${log}`].filter(Boolean).join(', ');
  return [
    `${itemName(module, item)}${item.command ? ` \`${item.command}\`` : ''} failed: ${exitText(item)}`,
    ...(lastLine ? [`  last output: ${withoutScriptPath(lastLine)}`] : []),
    ...(where ? [`  ${where}`] : []),
  ];
}

/** Returns "runcmd[1] (2 of 5)": the index counts from 0 as in the plan, the number from 1. */
export const itemName = (module: string, { item, of, at }: Pick<PublicItem, 'item' | 'of' | 'at'>): string =>
  `${at ?? `${module}[${item - 1}]`} (${item} of ${of})`;

const exits: ReadonlyMap<number, string> = new Map([
  [126, ' (cannot be executed)'],
  [127, ' (command not found)'],
]);

/** Returns "exit 127 (command not found)", "killed by SIGKILL" or "stopped by the time limit of 90 s for the list". */
export const exitText = ({ code, signal, timeoutMs }: Pick<PublicItem, 'code' | 'signal' | 'timeoutMs'>): string => {
  if (timeoutMs !== undefined) return `stopped by the time limit of ${timeoutMs / 1000} s for the list`;
  return signal === undefined ? `exit ${code}${exits.get(code) ?? ''}` : `killed by ${signal}`;
};

/** Returns the line without the prefix of the shell: the path of the script that bootagent wrote for the list. */
export const withoutScriptPath = (line: string): string =>
  line.replace(/^(?:\/var\/lib\/bootagent\/scripts\/\S+: (?:(?:line )?\d+: )?)+/, '');

/** Returns how to fix a fault. */
export function fixOf({ module, code, hint, items = [] }: Fault): string {
  if (items.length > 0) {
    const isLate = items[0]?.timeoutMs !== undefined;
    return `Correct the command${isLate ? ` or raise ${module}_timeout` : ''}, then: bootagent run --force --only ${module}`;
  }
  if (hint !== undefined) return `${hint.charAt(0).toUpperCase()}${hint.slice(1)}`;
  return Object.hasOwn(problemCodes, code) ? problemCodes[code as ProblemCode].fix : 'See "bootagent status".';
}
