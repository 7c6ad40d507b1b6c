import type { Event, RunResult } from './event.ts';
import { type Fault, isFatal, type PublicItem, publicItem } from './faults.ts';
import { type ModuleState, moduleState } from './outcomes.ts';

/** The public summary of a run: written to /run/bootagent/status.json, and the only source of all views. */
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
  /** The failures that the state records, also of earlier boots, until they are fixed. */
  left: Fault[];
  /** Settings that are ignored or were applied differently: unknown keys, SSH keys given to another user. */
  notes: Notice[];
  /** The current activity, if it takes long. */
  now?: Activity | undefined;
  seconds: number;
  /** The number of console lines of this boot: its processes share one limit. */
  console_lines: number;
  /** The instance-id that the console has shown; it is shown once per boot. */
  console_instance?: string;
  /** The agent did not start in this boot: the machine was unchanged since this summary was predicted. */
  unseen?: true;
}

export interface ModuleSummary {
  state: ModuleState;
  ms: number;
  problems: Omit<Fault, 'module' | 'items'>[];
  items: PublicItem[];
  /** The previous summary of the module, until its current run ends. */
  before?: ModuleSummary | undefined;
  /** The previous notices of the module, until its current run ends. */
  notes?: Notice[] | undefined;
}

export interface Notice {
  readonly level: 'warning' | 'alarm';
  readonly text: string;
  readonly module?: string;
  readonly code?: string;
  readonly hint?: string;
}

export interface Activity {
  readonly module: string;
  /** "2/5 `setup`", "waiting for the dnf lock"; left out: the module as a whole. */
  readonly text?: string;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
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
  left: [],
  notes: [],
  seconds: 0,
  console_lines: 0,
});

/** Adds an event to the summary. Output of programs and scripts is never added. */
export function addTo(summary: Summary, event: Event): void {
  switch (event.event) {
    case 'run-began':
      summary.state = 'running';
      // The last unit may repeat a stage.
      summary.stages = [...new Set([...summary.stages, ...event.stages])];
      // This stage checks the settings that no module owns, and so reports them again.
      if (event.stages.includes('main')) summary.notes = summary.notes.filter(({ module }) => module !== undefined);
      return;
    case 'instance':
      summary.instance = { id: event.id, datasource: event.datasource, how: event.how, standing: event.standing };
      summary.keys = event.keys;
      // Removes the problems of an earlier stage that could not identify the instance.
      delete summary.modules.identity;
      return;
    case 'module-began':
      begin(summary, event.module);
      return;
    case 'note':
      addNote(summary, event);
      return;
    case 'problem': {
      const { code, message, hint } = event.problem;
      const own = entry(summary, event.module, isFatal(event.problem) ? 'failed' : 'problems');
      own.problems.push({ at: event.at, code, message, hint });
      if (event.standing) keepStanding(summary, own);
      return;
    }
    case 'script-item':
      entry(summary, event.module).items.push(publicItem(event.report));
      return;
    case 'module-ended':
      end(summary, event);
      return;
    case 'step': {
      const { step } = event;
      if (step.change.kind === 'host-keys' && 'note' in step)
        summary.fingerprints = [...new Set([...summary.fingerprints, ...fingerprintsIn(step.note ?? '')])];
      return;
    }
    case 'run-ended':
      summary.now = undefined;
      summary.seconds += event.result.ms / 1000;
      summary.state = worst([event.result.state, healthOf(summary)]);
      return;
    default:
      return;
  }
}

function begin(summary: Summary, module: string): void {
  const isOwn = (each: Notice): boolean => each.module === module;
  const notes = summary.notes.filter(isOwn);
  summary.notes = summary.notes.filter((each) => !isOwn(each));
  summary.modules[module] = { ...blank('running'), before: summary.modules[module], notes };
}

/** Keeps the items and notices of a module that failed in an earlier run and did not run again. */
function keepStanding(summary: Summary, own: ModuleSummary): void {
  summary.notes.push(...(own.notes ?? []));
  own.notes = undefined;
  const isNew = (each: PublicItem): boolean => !own.items.some(({ item }) => item === each.item);
  own.items.unshift(...(own.before?.items ?? []).filter(isNew));
}

function end(summary: Summary, { module, result }: Extract<Event, { event: 'module-ended' }>): void {
  const own = entry(summary, module);
  const { before, notes = [] } = own;
  // The earlier notices and result of a module that did not run again are still valid.
  const isKept = result.state === 'kept';
  if (isKept) summary.notes.push(...notes);
  if (isKept && before) Object.assign(own, before);
  else Object.assign(own, { state: moduleState(result), ms: result.ms });
  own.before = undefined;
  own.notes = undefined;
}

/** Adds a warning, once. Warnings of a datasource are left out, because they may be temporary. */
function addNote(summary: Summary, event: Extract<Event, { event: 'note' }>): void {
  const { level, text, module, code, hint } = event;
  if (level === 'note' || module === 'datasource') return;
  if (summary.notes.some((each) => each.text === text && each.module === module)) return;
  summary.notes.push({
    level,
    text,
    ...(module !== undefined && { module }),
    ...(code !== undefined && { code }),
    ...(hint !== undefined && { hint }),
  });
}

function entry(summary: Summary, module: string, state: ModuleState = 'running'): ModuleSummary {
  summary.modules[module] ??= blank(state);
  return summary.modules[module];
}

/** Returns the host key fingerprints, which a user compares at the first login. */
const fingerprintsIn = (text: string): string[] => text.match(/SHA256:[\w+/=]+/g) ?? [];

const blank = (state: ModuleState): ModuleSummary => ({ state, ms: 0, problems: [], items: [] });

/** Returns all faults that are not fixed yet, fatal ones first: those in the state and those of this boot only. */
export function faultsOf({ left, modules }: Pick<Summary, 'left' | 'modules'>): Fault[] {
  const isSame = (a: Fault, b: Fault): boolean => a.module === b.module && a.at === b.at;
  const now = Object.entries(modules).flatMap(([module, { problems }]) =>
    problems.map((each) => ({ module, ...each })),
  );
  const remembered = left.map((fault) => ({ ...now.find((each) => isSame(each, fault)), ...fault }));
  const all = [...remembered, ...now.filter((fault) => !left.some((each) => isSame(each, fault)))];
  const whole = all.map((fault) => {
    const failed = (modules[fault.module]?.items ?? []).filter(
      ({ code, signal }) => code !== 0 || signal !== undefined,
    );
    return fault.code === 'script-failed' && failed.length > 0 ? { ...fault, items: failed } : fault;
  });
  return whole.toSorted((a, b) => Number(isFatal(b)) - Number(isFatal(a)));
}

/** Returns the state of a machine with these faults. */
export function healthOf(summary: Pick<Summary, 'left' | 'modules'>): RunResult['state'] {
  const states = Object.values(summary.modules).map(({ state }) => state);
  const { left } = summary;
  if (states.includes('failed') || left.some(isFatal)) return 'failed';
  return states.includes('problems') || left.length > 0 ? 'problems' : 'done';
}

/** Returns the worst of several states. */
export function worst(states: readonly Summary['state'][]): Summary['state'] {
  const order = ['failed', 'problems', 'running', 'disabled', 'done'] as const;
  return order.find((each) => states.includes(each)) ?? 'done';
}

const mostChars = 400;
/** The number of failed modules that take precedence over the host keys. */
const fewest = 3;

/** Returns one line of JSON of at most 400 characters for the end of a console log; failed modules left out are counted. */
export function lastLine(summary: Summary): string {
  const states = Object.entries(summary.modules).filter(([, { state }]) => state === 'failed' || state === 'problems');
  const failed = [...new Set([...faultsOf(summary).map(({ module }) => module), ...states.map(([name]) => name)])];
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
