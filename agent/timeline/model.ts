import type { RunRecord, Span } from './record.ts';

/** A systemd unit around the agent's own: when it began to start, and when it was active. */
export interface UnitTime {
  readonly name: string;
  readonly at: number;
  readonly ms: number;
}

/** One boot, as all views show it. Times are milliseconds since the kernel started. */
export interface BootTimeline {
  readonly boot: string;
  readonly agent: string;
  readonly instance?: string;
  readonly state: string;
  /** The wall-clock time of the first run, in milliseconds since 1970. */
  readonly clock: number;
  readonly runs: readonly UnitRun[];
  readonly spans: readonly Span[];
  readonly units: readonly UnitTime[];
  /** The time shown: from the start of the first process to the end of the last run. */
  readonly from: number;
  readonly until: number;
  /** When the stages that sshd waits for had ended, and when everything had; undefined if they did not run. */
  readonly login?: number;
  readonly done?: number;
}

/** A run of the agent: the time of one unit. */
export interface UnitRun {
  readonly stages: readonly string[];
  readonly state: string;
  readonly at: number;
  readonly ms: number;
  /** How long the process took to start, if it was started for this run. */
  readonly startMs?: number;
}

/** Returns the boots of the records, oldest first. */
export function timelinesOf(records: readonly RunRecord[]): readonly BootTimeline[] {
  const boots = [...new Set(records.map(({ boot }) => boot))];
  return boots.map((boot) => timelineOf(records.filter((each) => each.boot === boot)));
}

function timelineOf(records: readonly RunRecord[]): BootTimeline {
  const sorted = [...records].sort((a, b) => a.began - b.began);
  const runs = sorted.map((record, index) => runOf(record, sorted.slice(0, index)));
  const spans = sorted.flatMap((each) => each.spans).sort((a, b) => a.at - b.at || b.ms - a.ms);
  const instance = sorted.findLast((each) => each.instance !== undefined)?.instance;
  const [first, last] = [sorted[0], sorted.at(-1)];
  // The last unit may repeat the stage, and sshd does not wait for that.
  const login = spans.find(({ kind, name }) => kind === 'stage' && name === 'main');
  const done = runs.findLast(({ stages }) => stages.includes('final'));
  return {
    boot: first?.boot ?? '',
    agent: last?.agent ?? '',
    ...(instance !== undefined && { instance }),
    state: worst(sorted.map(({ state }) => state)),
    clock: first?.clock ?? 0,
    runs,
    spans,
    units: [],
    from: Math.min(...runs.map(({ at }) => at)),
    until: Math.max(...runs.map(endOf), ...spans.map(endOf)),
    ...(login && { login: endOf(login) }),
    ...(done && { done: endOf(done) }),
  };
}

/** Returns a run, from the start of its process if the process was started for it: one process may serve all units. */
function runOf({ stages, state, process, began, ms }: RunRecord, before: readonly RunRecord[]): UnitRun {
  const isReused = before.some((each) => Math.abs(each.process - process) < sameProcessMs);
  const at = isReused ? began : Math.min(process, began);
  return { stages, state, at, ms: began + ms - at, ...(!isReused && { startMs: began - at }) };
}

/** The start of a process is measured at each run, with the precision of process.uptime(). */
const sameProcessMs = 5;

const worst = (states: readonly string[]): string =>
  ['failed', 'problems', 'running'].find((each) => states.includes(each)) ?? states.at(-1) ?? 'not run';

export const endOf = ({ at, ms }: { readonly at: number; readonly ms: number }): number => at + ms;

/** Returns the systemd unit that runs these stages. */
export function unitOf(stages: readonly string[]): string {
  if (stages.includes('final')) return 'bootagent-final.service';
  return stages.includes('main') ? 'bootagent.service' : 'bootagent-local.service';
}

const installers: readonly string[] = ['dnf', 'yum', 'apt-get', 'apt', 'rpm', 'zypper', 'microdnf'];

/** Returns the kind of a span for readers: a program that installs packages is one of its own. */
export const shownKind = ({ kind, name }: Span): string =>
  kind === 'program' && installers.includes(name.split(' ')[0] ?? '') ? 'packages' : kind;

/** Returns "840 ms" or "12.34 s". */
export const formatMs = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 100_000 ? 2 : 1)} s`;

export const timeOf = (clock: number): string => `${new Date(clock).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
