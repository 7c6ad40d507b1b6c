import { styleText } from 'node:util';
import { mapOf } from '../base/map-of.ts';
import { printable } from '../base/printable.ts';
import type { Mode, Report } from './event.ts';
import { failedText, itemLines, noticeText } from './faults.ts';
import { eventLines, type Line, type Severity, waitingText } from './lines.ts';
import { tally } from './tally.ts';

type Write = (text: string) => void;

/** Returns the sink for a terminal: it writes each line at once, in colour if `colour` is set. */
export function terminal(write: Write, { colour, debug }: { colour: boolean; debug: boolean }): Report {
  let mode: Mode = 'apply';
  const steps = tally();
  return (event) => {
    if (event.event === 'run-began') mode = event.mode;
    steps.add(event);
    for (const line of eventLines(event)) {
      const safe = { ...line, text: printable(line.text) };
      if (line.weight !== 'debug' || debug) write(`${colour ? coloured(safe) : safe.text}\n`);
    }
    if (event.event === 'announce') write(`${printable(event.lines.join('\n'))}\n`);
    if (event.event === 'run-ended') write(`${steps.ending(event, mode)}\n`);
  };
}

const priorities: Readonly<Record<Severity, number>> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

/** Returns the sink for the journal: it writes a priority before each line, and no diffs. */
export function journal(write: Write): Report {
  const steps = tally();
  return (event) => {
    steps.add(event);
    for (const { weight, text, content } of eventLines(event)) {
      // journalctl shows a message with control characters only as "blob data".
      if (!content) write(`<${priorities[weight]}>${printable(text).trim().replace(/ {2,}/g, ' ')}\n`);
    }
    if (event.event === 'announce') write(event.lines.map((each) => `<6>${printable(each)}\n`).join(''));
    if (event.event === 'run-ended') write(`<5>${steps.ending(event, 'apply').trim()}\n`);
  };
}

const mostConsoleLines = 40;
const mostAnnouncedLines = 30;
const mostConsoleChars = 240;

/**
 * Returns the sink for a serial console: a limited number of plain lines about milestones, warnings and failures. `boot` counts
 * the lines of all processes of a boot. The last process writes the last line of the boot (`reporting`).
 */
export function console(write: Write, boot: { console_lines: number; console_instance?: string }): Report {
  const tell = (text: string) => {
    boot.console_lines++;
    // One line is reserved for this notice, and one for the last line of the boot.
    const left = mostConsoleLines - 1 - boot.console_lines;
    if (left >= 0) write(`bootagent: ${left > 0 ? plain(text) : 'there is more: bootagent status'}\r\n`);
  };
  // Text of other programs must not control the terminal. Numeric ranges, because \p{Cc} would load ICU.
  const plain = (text: string) =>
    text
      .trim()
      .replace(/\s*\n\s*/g, ' / ')
      .replace(/ {2,}/g, ' ')
      .replace(/[^ -~\u{a0}-\u{10ffff}]/gu, '?')
      .slice(0, mostConsoleChars);
  return (event) => {
    switch (event.event) {
      case 'instance':
        // Each process of a boot identifies the instance; the console shows it once.
        if (boot.console_instance === event.id) return;
        boot.console_instance = event.id;
        return tell(
          `instance ${event.id} from ${event.datasource}, ${event.keys} ${event.keys === 1 ? 'key' : 'keys'}`,
        );
      case 'step':
        if (event.step.change.kind === 'host-keys' && 'note' in event.step) tell(`host keys ${event.step.note}`);
        return;
      case 'note':
        if (event.level === 'note' || event.module === 'datasource') return;
        tell(`${event.module ? `${event.module}: ` : ''}${noticeText(event)}`);
        return;
      case 'script-item': {
        const { code, signal } = event.report;
        if (code !== 0 || signal !== undefined) for (const each of itemLines(event.module, event.report)) tell(each);
        return;
      }
      case 'problem':
        // The failed items of a script were already reported.
        if (event.problem.code !== 'script-failed' || event.standing)
          tell(`${event.module}: ${failedText(event.problem.message)}`);
        return;
      case 'waiting':
        tell(`${event.module === 'datasource' ? '' : `${event.module}: `}${waitingText(event)}`);
        return;
      case 'announce':
        // A list of many keys must not take the lines of warnings and failures.
        if (boot.console_lines + event.lines.length > mostAnnouncedLines) return tell(event.lines[1] ?? '');
        for (const each of event.lines) tell(each);
        return;
      default:
        return;
    }
  };
}

type Colour = Parameters<typeof styleText>[0];

const colours: Readonly<Partial<Record<Severity, Colour>>> = { error: 'red', warning: 'yellow', debug: 'gray' };
const colourOf = mapOf<Colour>({ '+': 'green', '-': 'red', '~': 'cyan', '≈': 'magenta' });

/** Returns the line in colour: errors and warnings by severity, changes by their sign. */
function coloured({ weight, text, content }: Line): string {
  const colour = content || weight === 'notice' ? colourOf.get(text.trimStart()[0] ?? '') : colours[weight];
  return colour === undefined ? text : styleText(colour, text, { validateStream: false });
}
