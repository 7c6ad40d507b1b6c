import type { ItemReport } from '../engine/handler.ts';
import type { Event, ModuleResult, RunResult } from './event.ts';

/** What everybody may know of a run: written to /run/bootagent/status.json, told by `bootagent status`. */
export interface Summary {
  readonly schema_version: 1;
  version: string;
  /** When it was last written, in milliseconds since 1970. */
  updated: number;
  state: 'running' | RunResult['state'] | 'disabled';
  stages: string[];
  instance: { id: string; datasource: string; how: string; standing: string } | undefined;
  keys: number;
  fingerprints: string[];
  modules: Record<string, ModuleSummary>;
  seconds: number;
  /** Lines that this boot has put on the console: its processes share one allowance. */
  console_lines: number;
  /** The machine was as it had been when this was written, so that nobody looked at it anew. */
  unseen?: true;
}

export interface ModuleSummary {
  state: ModuleResult['state'] | 'running';
  ms: number;
  /** What did not get done: code and place, and a message without any program's words. */
  problems: { at: string; code: string; message: string }[];
  items: Omit<ItemReport, 'tail'>[];
  /** What was done otherwise than asked, so that somebody can come in. */
  alarms?: string[];
  /** How it stood before the run at work looked at it again. */
  before?: ModuleSummary | undefined;
}

export const emptySummary = (version: string): Summary => ({
  schema_version: 1,
  version,
  updated: 0,
  state: 'running',
  stages: [],
  instance: undefined,
  keys: 0,
  fingerprints: [],
  modules: {},
  seconds: 0,
  console_lines: 0,
});

/** Adds what an event says. Texts and outputs of programs and scripts never come in here. */
export function addTo(summary: Summary, event: Event): void {
  switch (event.event) {
    case 'run-began':
      summary.state = 'running';
      summary.stages.push(...event.stages);
      return;
    case 'instance':
      summary.instance = { id: event.id, datasource: event.datasource, how: event.how, standing: event.standing };
      summary.keys = event.keys;
      return;
    case 'module-began':
      summary.modules[event.module] = { ...blank(), before: summary.modules[event.module] };
      return;
    case 'note':
      if (event.level === 'alarm' && event.module) {
        const told = entry(summary, event.module);
        told.alarms = [...(told.alarms ?? []), event.text];
      }
      return;
    case 'problem':
      entry(summary, event.module).problems.push({
        at: event.at,
        code: event.problem.code,
        message: event.problem.message,
      });
      return;
    case 'script-item': {
      const { tail: _, ...item } = event.report;
      entry(summary, event.module).items.push(item);
      return;
    }
    case 'module-ended':
      // A turn that was had before says nothing new: what it said then still holds.
      if (event.result.state === 'kept' && entry(summary, event.module).before) {
        Object.assign(entry(summary, event.module), entry(summary, event.module).before);
      } else Object.assign(entry(summary, event.module), event.result, { before: undefined });
      return;
    case 'step': {
      const { step } = event;
      if (step.change.kind === 'host-keys' && 'note' in step)
        summary.fingerprints.push(...fingerprintsIn(step.note ?? ''));
      return;
    }
    case 'announce':
      return;
    case 'run-ended':
      summary.state = worst([event.result.state, ...Object.values(summary.modules).map(({ state }) => stateOf(state))]);
      summary.seconds += event.result.ms / 1000;
  }
}

const entry = (summary: Summary, module: string): ModuleSummary => {
  summary.modules[module] ??= blank();
  return summary.modules[module];
};

/** What a first login is to compare the host's answer with. */
const fingerprintsIn = (text: string): string[] => text.match(/SHA256:[\w+/=]+/g) ?? [];

const blank = (): ModuleSummary => ({ state: 'running', ms: 0, problems: [], items: [] });

const stateOf = (state: ModuleSummary['state']): Summary['state'] =>
  state === 'failed' || state === 'problems' ? state : 'done';

/** The worst that any of them says. */
export function worst(states: readonly Summary['state'][]): Summary['state'] {
  const order = ['failed', 'problems', 'running', 'disabled', 'done'] as const;
  return order.find((each) => states.includes(each)) ?? 'done';
}

const mostChars = 400;
/** How many of the modules that failed are named before host keys are left out for them. */
const fewest = 3;

/** One line of JSON, at most 400 characters, for the end of a console's log. What does not fit is counted. */
export function lastLine(summary: Summary): string {
  const failed = Object.entries(summary.modules)
    .filter(([, { state }]) => state === 'failed' || state === 'problems')
    .map(([name]) => name);
  const hostkeys = [...summary.fingerprints];
  let instance = summary.instance?.id;
  let more = 0;
  const line = () =>
    JSON.stringify({
      bootagent: summary.version,
      instance,
      state: summary.state,
      failed,
      ...(more > 0 && { more }),
      seconds: Math.round(summary.seconds * 10) / 10,
      keys: summary.keys,
      hostkeys,
    });
  while (line().length > mostChars) {
    if (failed.length > fewest || (failed.length > 0 && hostkeys.length === 0)) {
      failed.pop();
      more++;
    } else if (hostkeys.length > 0) hostkeys.pop();
    else if (instance) instance = instance.slice(0, -1);
    else break;
  }
  return line();
}
