import type { Step } from '../engine/step.ts';
import { diff } from './diff.ts';
import type { Event, ModuleResult } from './event.ts';
import { failedText, itemLines, itemName } from './faults.ts';
import { didOf, nameOf, type Sort, sortOf, willOf } from './wording.ts';

/** The severity of an event, as in syslog. */
export type Severity = 'error' | 'warning' | 'notice' | 'info' | 'debug';

export interface Line {
  readonly weight: Severity;
  readonly text: string;
  /** A line of file content: shown on a terminal, but not in the journal. */
  readonly content?: boolean;
}

/** Returns the lines of an event: one for each change that was or would be applied. */
export function eventLines(event: Event): Line[] {
  switch (event.event) {
    case 'run-began':
    case 'stage-began':
    case 'module-began':
    case 'announce':
    case 'run-ended':
      return [];
    case 'script-began':
      return [];
    case 'waiting':
      return [line('notice', row('.', event.module, waitingText(event)))];
    case 'instance':
      return [
        line(
          'notice',
          `instance    ${event.id} (${event.standing}), ${event.keys} ${event.keys === 1 ? 'key' : 'keys'}`,
        ),
        line('notice', `datasource  ${event.how}`),
      ];
    case 'note':
      return [
        line(
          event.level === 'note' ? 'info' : 'warning',
          row('!', event.module ?? '', warned(event.level, event.text)),
        ),
        ...(event.hint ? [line('info', row(' ', '', event.hint))] : []),
      ];
    case 'step':
      return [...stepLines(event.module, event.step), ...commandLines(event)];
    case 'script-item': {
      const { code, signal, ms } = event.report;
      if (code === 0 && signal === undefined)
        return [line('info', row(' ', event.module, `${itemName(event.module, event.report)}: done in ${ms} ms`))];
      const [first = '', ...more] = itemLines(event.module, event.report);
      return [
        line('warning', row('x', event.module, `${first} after ${ms} ms`)),
        ...more.map((each) => line('warning', row(' ', event.module, each))),
      ];
    }
    case 'problem': {
      const { message, stderrTail, hint } = event.problem;
      return [
        line('error', row('x', event.module, `${failedText(message)}${stderrTail ? `: ${stderrTail}` : ''}`)),
        ...(hint ? [line('info', row(' ', '', hint))] : []),
      ];
    }
    case 'module-ended':
      return moduleLines(event.module, event.result);
  }
}

function stepLines(module: string, step: Step): Line[] {
  const name = nameOf(step.change);
  switch (step.outcome) {
    case 'due':
    case 'made': {
      const { why, file } = step.difference;
      const sign = signs[sortOf(step.change, step.difference)];
      const words = (step.outcome === 'due' ? willOf : didOf)(step.change, step.difference);
      const led = why.startsWith('follows ') && step.outcome === 'due' ? ` (${why})` : '';
      const note = 'note' in step && step.note ? ` (${step.note})` : led;
      const show = step.outcome === 'due' && file && !step.change.secret;
      return [
        line('notice', row(sign, module, `${name}: ${words}${note}`)),
        ...(show
          ? diff(file.before ?? '', file.after).map((each) => ({
              ...line('info', row(' ', '', `    ${each}`)),
              content: true,
            }))
          : []),
      ];
    }
    case 'planned':
      return [line('notice', row(signs[sortOf(step.change)], module, `${name}: ${willOf(step.change)}`))];
    case 'deferred':
    case 'unknown':
      return [line('notice', row('.', module, `${name}: ${willOf(step.change)} (deferred: ${step.because})`))];
    case 'holds':
      // A warning is an event of its own.
      return step.note === undefined || step.warns ? [] : [line('info', row('!', module, `${name}: ${step.note}`))];
    case 'skipped':
      return [line('warning', row('.', module, `${name}: skipped after the failure`))];
    default:
      return [];
  }
}

/** Returns the commands that a script would run, one per line, for a plan. */
function commandLines({ step, commands = [] }: Extract<Event, { event: 'step' }>): Line[] {
  if (step.change.kind !== 'script' || !['due', 'planned', 'deferred'].includes(step.outcome)) return [];
  return commands.map((each) => line('info', row(' ', '', `    ${each.at}  ${each.line}`)));
}

const signs: Readonly<Record<Sort, string>> = { add: '+', change: '~', remove: '-', once: '≈' };

/** Returns "asking openstack http://169.254.169.254 for 12 s" or, after the end of the wait, "... took 12 s". */
export function waitingText({ what, ms, ended }: Extract<Event, { event: 'waiting' }>): string {
  const seconds = Math.round(ms / 1000);
  if (ended) return `${what} took ${seconds} s`;
  return seconds === 0 ? `${what} ...` : `${what} for ${seconds} s`;
}

const warned = (level: string, text: string): string => (level === 'note' ? text : `warning: ${text}`);

/** Returns a line only for an unchanged module; for the others, the lines of their steps are enough. */
function moduleLines(module: string, { state }: ModuleResult): Line[] {
  if (state === 'holds') return [line('info', row('=', module, 'unchanged'))];
  return state === 'kept' ? [line('debug', row('=', module, 'unchanged: already applied'))] : [];
}

/** The length of the longest module name. */
export const widest = 20;

const row = (sign: string, module: string, text: string): string => `  ${sign} ${module.padEnd(widest)} ${text}`;

const line = (weight: Severity, text: string): Line => ({ weight, text });
