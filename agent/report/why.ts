import { printable } from '../base/printable.ts';
import { wrap } from '../base/wrap.ts';
import { exitText, fixOf, hintedText, itemName, type PublicItem, withoutScriptPath } from './faults.ts';
import { faultsOf, type Notice, type Summary } from './summary.ts';
import { plural } from './wording.ts';

/** The line of the user-data that a fault is about. */
export interface SourceLine {
  readonly source: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The reason why a boot failed, as plain data; unknown parts are left out. */
export interface Cause {
  readonly module: string;
  readonly at: string;
  readonly code: string;
  readonly cause: string;
  readonly command?: string;
  /** The last line of the output: standard output and standard error are one stream, as in a terminal. */
  readonly output?: string;
  /** "user-data:12:5". */
  readonly place?: string;
  readonly source?: SourceLine;
  readonly log?: string;
  readonly fix: string;
}

const mostLines = 10;
const columns = 80;
const label = 9;

export function causesOf(summary: Summary): Cause[] {
  return faultsOf(summary).map((fault) => {
    const { module, at, code, message, items = [] } = fault;
    const [item] = items;
    const place = item?.place ?? placeIn(message);
    return {
      module,
      at,
      code,
      cause: item ? itemCause(module, item) : message,
      ...(item?.command !== undefined && { command: item.command }),
      ...(item?.lastLine !== undefined && { output: withoutScriptPath(item.lastLine) }),
      ...(place !== undefined && { place }),
      ...(item?.log !== undefined && { log: item.log }),
      fix: fixOf(fault),
    };
  });
}

/** Returns a description of a failed or degraded boot in at most ten lines of 80 columns; none if nothing failed. */
export function whyLines(summary: Summary, source?: SourceLine): string[] {
  const [first, ...more] = causesOf(summary);
  if (!first) return [];
  const { cause, command, output, place, log, fix } = first;
  const state = summary.state === 'done' || summary.state === 'running' ? 'problems' : summary.state;
  const head = `bootagent: ${state}${summary.instance ? `, instance ${summary.instance.id}` : ''}`;
  const rest = [
    ...row('command', command, 1),
    ...row('output', output, 1),
    ...(source ? excerptOf(source) : row('at', cause.startsWith(`${place}: `) ? undefined : place, 1)),
    ...row('log', log, 1),
    ...row('fix', fix, 2),
    ...row('more', more.length > 0 ? `${more.length} more failed: bootagent status` : undefined, 1),
  ];
  const room = Math.min(3, mostLines - 1 - rest.length);
  return [cut(printable(head)), ...row('cause', cause, Math.max(1, room)), ...rest].slice(0, mostLines);
}

/** Returns these lines about a boot without failures and its warnings, in at most ten lines of 80 columns. */
export function noticeLines(health: readonly string[], notices: readonly Notice[]): string[] {
  const lines = health.flatMap((each) => wrap(printable(each), columns));
  for (const [index, notice] of notices.entries()) {
    const shown = row('warning', noticeOf(notice), 3);
    const left = notices.length - index;
    if (lines.length + shown.length + Number(left > 1) > mostLines)
      return [...lines, ...row('more', `${plural(left, 'warning')}: bootagent status`, 1)];
    lines.push(...shown);
  }
  return lines;
}

const noticeOf = ({ module, ...notice }: Notice): string =>
  `${module === undefined ? '' : `${module}: `}${hintedText(notice)}`;

/** Returns the cause of a fault in a command of a list. */
const itemCause = (module: string, item: PublicItem): string => `${itemName(module, item)} failed: ${exitText(item)}`;

/** Returns the source location that a message begins with: "user-data:3:3: write_files[0]: ...". */
const placeIn = (message: string): string | undefined => /^([^\s:]+:\d+:\d+): /.exec(message)?.[1];

function row(name: string, text: string | undefined, most: number): string[] {
  if (text === undefined || text === '') return [];
  const lines = wrap(printable(text.replace(/\s+/g, ' ')), columns - label);
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')];
  return shown.map((line, number) => cut(`${(number === 0 ? name : '').padEnd(label)}${line}`));
}

/** Returns the source line and a caret below the column; for a long line, only the part around the column. */
function excerptOf({ source, line, column, text }: SourceLine): string[] {
  const head = `${source}:${line}  `.slice(-columns / 2);
  const width = columns - head.length;
  const from = column - 1 < width - 10 ? 0 : column - 1 - Math.floor(width / 2);
  const shown = text.slice(from, from + width).replace(/[^ -~\u{a0}-\u{10ffff}]/gu, ' ');
  return [`${head}${shown}`.trimEnd(), `${' '.repeat(head.length + column - 1 - from)}^`];
}

const cut = (line: string): string => (line.length <= columns ? line : `${line.slice(0, columns - 1)}…`);
