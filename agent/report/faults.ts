import { isNonFatal, type ProblemCode, problemCodes } from '../base/problem.ts';
import type { ItemReport } from '../engine/handler.ts';
import type { State } from '../state/state.ts';

/** An item of a script as everybody may see it: the last lines of its output are for root alone. */
export type PublicItem = Omit<ItemReport, 'tail'>;

/** Something that failed and is still to be repaired. */
export interface Fault {
  readonly module: string;
  readonly at: string;
  readonly code: string;
  /** Without any program's words, and without secrets. */
  readonly message: string;
  readonly hint?: string;
  /** The items of a script that failed. */
  readonly items?: readonly PublicItem[];
}

/** What the state remembers as failed, from this boot and from earlier ones. */
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

/** A warning for people, with what to do about it. */
export const noticeText = ({ text, hint }: { readonly text: string; readonly hint?: string }): string =>
  `warning: ${text}${hint === undefined ? '' : ` (${hint})`}`;

/** Whether one of them costs more than its item. */
export const isFatal = ({ code }: Pick<Fault, 'code'>): boolean => !isNonFatal(code);

/** A message in the words that every view marks a failure with. */
export const failedText = (message: string): string => (/ failed: /.test(message) ? message : `failed: ${message}`);

/** Lines about a fault: what failed, and below it what is known of an item of a script. */
export function faultLines({ module, message, items = [] }: Fault): string[] {
  return items.length === 0 ? [failedText(message)] : items.flatMap((item) => itemLines(module, item));
}

/** "runcmd[1] (2 of 5) `setup --now` failed: exit 127 (command not found)", and where to look. */
export function itemLines(module: string, item: PublicItem): string[] {
  const { stderrLine, place, log } = item;
  const where = [place && `at ${place}`, log && `output in ${log}`].filter(Boolean).join(', ');
  return [
    `${itemName(module, item)}${item.command ? ` \`${item.command}\`` : ''} failed: ${exitText(item)}`,
    ...(stderrLine ? [`  stderr: ${stderrText(stderrLine)}`] : []),
    ...(where ? [`  ${where}`] : []),
  ];
}

/** "runcmd[1] (2 of 5)": counted as the plan counts, and as people do. */
export const itemName = (module: string, { item, of, at }: Pick<PublicItem, 'item' | 'of' | 'at'>): string =>
  `${at ?? `${module}[${item - 1}]`} (${item} of ${of})`;

const exits: ReadonlyMap<number, string> = new Map([
  [126, ' (cannot be executed)'],
  [127, ' (command not found)'],
]);

/** "exit 127 (command not found)", "killed by SIGKILL". */
export const exitText = ({ code, signal }: Pick<PublicItem, 'code' | 'signal'>): string =>
  signal === undefined ? `exit ${code}${exits.get(code) ?? ''}` : `killed by ${signal}`;

/** The line without the shell's own prefix: the path of the script that bootagent wrote for the list. */
export const stderrText = (line: string): string =>
  line.replace(/^(?:\/var\/lib\/bootagent\/scripts\/\S+: (?:(?:line )?\d+: )?)+/, '');

/** What to do about a fault. */
export function fixOf({ module, code, hint, items = [] }: Fault): string {
  if (items.length > 0) return `Correct the command, then: bootagent run --force --only ${module}`;
  if (hint !== undefined) return hint;
  return Object.hasOwn(problemCodes, code) ? problemCodes[code as ProblemCode].fix : 'See "bootagent status".';
}
