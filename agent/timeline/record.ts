import { parsedJson } from '../base/parsed-json.ts';

/** The kinds of spans that a run records. */
export const spanKinds = ['stage', 'identity', 'module', 'command', 'program', 'request', 'wait'] as const;
export type SpanKind = (typeof spanKinds)[number];

/** Something that took time. Times are milliseconds since the kernel started, as systemd's monotonic timestamps. */
export interface Span {
  readonly kind: SpanKind;
  /** The stage, the module, "runcmd[1] setup --now", "dnf install", "GET http://169.254.169.254/", the reason of a wait. */
  readonly name: string;
  readonly at: number;
  readonly ms: number;
  readonly stage?: string;
  readonly module?: string;
  /** "changed", "exit 1", "SIGKILL", "200", "ETIMEDOUT"; undefined if it went well and there is nothing to add. */
  readonly result?: string;
}

/** One run of the agent in a boot: one line of `ownPaths.boots`. */
export interface RunRecord {
  readonly v: 1;
  readonly boot: string;
  readonly agent: string;
  readonly instance?: string;
  readonly stages: readonly string[];
  readonly state: string;
  /** The wall-clock time at which the run began, in milliseconds since 1970. */
  readonly clock: number;
  /** When the process started, when the run began in it, and how long it took. */
  readonly process: number;
  readonly began: number;
  readonly ms: number;
  readonly spans: readonly Span[];
}

/** Reads the lines of the file. A line that is damaged or was cut off is ignored. */
export function recordsIn(text: string): readonly RunRecord[] {
  return text.split('\n').flatMap((line) => {
    const value = parsedJson(line);
    return isRecord(value) ? [value] : [];
  });
}

/** Returns the records of the last boots, as many as `most`. */
export function lastBoots(records: readonly RunRecord[], most: number): readonly RunRecord[] {
  const kept = new Set([...new Set(records.map(({ boot }) => boot))].slice(-most));
  return records.filter(({ boot }) => kept.has(boot));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value) || value.v !== 1) return false;
  const texts = [value.boot, value.agent, value.state].every((each) => typeof each === 'string');
  const times = [value.clock, value.process, value.began, value.ms].every(Number.isFinite);
  const instance = value.instance === undefined || typeof value.instance === 'string';
  const stages = Array.isArray(value.stages) && value.stages.every((each) => typeof each === 'string');
  return texts && times && instance && stages && Array.isArray(value.spans) && value.spans.every(isSpan);
}

function isSpan(value: unknown): value is Span {
  return (
    isObject(value) &&
    spanKinds.some((kind) => kind === value.kind) &&
    typeof value.name === 'string' &&
    [value.at, value.ms].every(Number.isFinite) &&
    [value.stage, value.module, value.result].every((each) => each === undefined || typeof each === 'string')
  );
}
