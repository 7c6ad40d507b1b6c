import type { Step } from '../engine/executor.ts';
import { handlerOf, keyOf } from '../resources/index.ts';
import { diff } from './diff.ts';
import type { Event, ModuleResult } from './event.ts';

/** How much an event matters, as syslog counts it. */
export type Severity = 'error' | 'warning' | 'notice' | 'info' | 'debug';

export interface Line {
  readonly weight: Severity;
  readonly text: string;
  /** A line of the text that is written: for a person who looks, not for a journal. */
  readonly content?: boolean;
}

/** What an event reads like to people: one line for each thing that was, or would be, done. */
export function eventLines(event: Event): Line[] {
  switch (event.event) {
    case 'run-began':
    case 'stage-began':
    case 'module-began':
    case 'announce':
    case 'run-ended':
      return [];
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
        line(event.level === 'note' ? 'info' : 'warning', row('!', event.module ?? '', event.text)),
        ...(event.hint ? [line('info', row(' ', '', event.hint))] : []),
      ];
    case 'step':
      return [...stepLines(event.module, event.step), ...commandLines(event)];
    case 'script-item': {
      const { item, of, at, code, signal, ms } = event.report;
      const name = at === undefined ? `${item} of ${of}` : `${at} (${item} of ${of})`;
      const words = code === 0 ? 'exit 0' : `failed: exit ${code}${signal === undefined ? '' : ` (${signal})`}`;
      return [
        line(
          code === 0 ? 'info' : 'warning',
          row(code === 0 ? ' ' : 'x', event.module, `${name} ${words} after ${ms} ms`),
        ),
      ];
    }
    case 'problem': {
      const { message, stderrTail, hint } = event.problem;
      return [
        line('error', row('x', event.module, `${message}${stderrTail ? `: ${stderrTail}` : ''}`)),
        ...(hint ? [line('info', row(' ', '', hint))] : []),
      ];
    }
    case 'module-ended':
      return moduleLines(event.module, event.result);
  }
}

function stepLines(module: string, step: Step): Line[] {
  const name = keyOf(step.change);
  switch (step.outcome) {
    case 'due':
    case 'made': {
      const { why, file } = step.difference;
      const act = handlerOf(step.change).sort === 'act';
      const sign = act ? '≈' : /not exist|not (installed|in use|mounted)/.test(why) ? '+' : '~';
      const note = 'note' in step && step.note ? ` (${step.note})` : '';
      const show = step.outcome === 'due' && file && !step.change.secret;
      return [
        line('notice', row(sign, module, `${name}: ${why}${note}`)),
        ...(show
          ? diff(file.before ?? '', file.after).map((each) => ({
              ...line('info', row(' ', '', `    ${each}`)),
              content: true,
            }))
          : []),
      ];
    }
    case 'planned':
      return [line('notice', row('+', module, name))];
    case 'deferred':
    case 'unknown':
      return [line('notice', row('.', module, `${name}: ${step.because}`))];
    case 'holds':
      return step.note === undefined ? [] : [line('info', row('!', module, `${name}: ${step.note}`))];
    case 'skipped':
      return [line('warning', row('.', module, `${name}: left alone after the failure`))];
    default:
      return [];
  }
}

/** What a script would run, one line each: for a plan. */
function commandLines({ step, commands = [] }: Extract<Event, { event: 'step' }>): Line[] {
  if (step.change.kind !== 'script' || !['due', 'planned', 'deferred'].includes(step.outcome)) return [];
  return commands.map((each) => line('info', row(' ', '', `    ${each.at}  ${each.line}`)));
}

/** Only what says something by itself: that there was nothing to do. */
function moduleLines(module: string, { state }: ModuleResult): Line[] {
  if (state === 'holds') return [line('info', row('=', module, 'nothing to do'))];
  return state === 'kept' ? [line('debug', row('=', module, 'had its turn before'))] : [];
}

/** As long as the longest name of a module. */
export const widest = 20;

const row = (sign: string, module: string, text: string): string => `  ${sign} ${module.padEnd(widest)} ${text}`;

const line = (weight: Severity, text: string): Line => ({ weight, text });
