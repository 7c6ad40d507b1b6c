import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Host, Request, Response } from '../host/host.ts';
import type { Event, Report } from '../report/event.ts';
import { moduleState } from '../report/outcomes.ts';
import type { RunRecord, Span, SpanKind } from './record.ts';

/** Records what takes time in one run of a boot. It keeps spans in memory, and writes nothing. */
export interface BootRecorder {
  /** The host with its programs, requests and pauses timed. */
  readonly host: Host;
  readonly report: Report;
  /** Returns the record of the run, which ends now, with the secrets hidden that `clean` knows by then. */
  ended(of: Pick<RunRecord, 'boot' | 'agent' | 'stages' | 'state'>, clean: <T>(value: T) => T): RunRecord;
}

/** Shorter programs are not recorded, and of all spans only the longest. */
const noticedMs = 10;
const mostSpans = 400;
/** The most characters of a name in the record, and in memory until then. */
const mostChars = 160;
const mostKept = 2 ** 16;

/** `startedMs`: how long ago this process started. */
export function bootRecorder(inner: Host, startedMs: number): BootRecorder {
  const began = inner.now();
  const clock = inner.clock();
  const log = spanLog(inner);
  let instance: string | undefined;

  function report(event: Event): void {
    switch (event.event) {
      case 'stage-began':
        log.beginStage(event.stage);
        return;
      case 'instance':
        instance = event.id;
        log.identified(event.how);
        return;
      case 'module-began':
        log.beginModule(event.module);
        return;
      case 'module-ended':
        log.endModule(moduleState(event.result));
        return;
      case 'script-item': {
        const { code, signal, ms, item, at = `${event.module}[${item - 1}]`, command = '' } = event.report;
        const result = signal ?? (code === 0 ? undefined : `exit ${code}`);
        log.add('command', `${at} ${command}`.trim(), inner.now() - ms, result);
        return;
      }
      case 'waiting':
        if (event.ended) log.add('wait', event.what, inner.now() - event.ms);
        return;
      case 'run-ended':
        log.endStage();
        return;
      default:
        return;
    }
  }

  return {
    host: timedHost(inner, log.add),
    report,
    ended: (of, clean) => {
      const record = clean<RunRecord>({
        v: 1,
        ...of,
        ...(instance !== undefined && { instance }),
        clock,
        process: rounded(began - startedMs),
        began: rounded(began),
        ms: rounded(inner.now() - began),
        spans: longest(log.spans),
      });
      return { ...record, spans: record.spans.map(withShortName) };
    },
  };
}

interface Begun {
  readonly name: string;
  readonly at: number;
}

/** Collects spans, each with the stage and the module that it belongs to. */
function spanLog(inner: Host) {
  const spans: Span[] = [];
  let stage: Begun | undefined;
  let module: Begun | undefined;
  const add: Add = (kind, name, at, result) => {
    const owner = kind === 'module' || kind === 'stage' ? undefined : module;
    spans.push({
      kind,
      name: name.length <= mostKept ? name : firstWord(name),
      at: rounded(at),
      ms: rounded(inner.now() - at),
      ...(stage && kind !== 'stage' && { stage: stage.name }),
      ...(owner && { module: owner.name }),
      ...(result !== undefined && { result }),
    });
  };
  const endStage = (): void => {
    if (stage) add('stage', stage.name, stage.at);
    stage = undefined;
  };
  return {
    spans,
    add,
    endStage,
    beginStage(name: string): void {
      endStage();
      stage = { name, at: inner.now() };
    },
    identified(how: string): void {
      if (stage && !module) add('identity', how, stage.at);
    },
    beginModule(name: string): void {
      module = { name, at: inner.now() };
    },
    endModule(result: string): void {
      if (module) add('module', module.name, module.at, result);
      module = undefined;
    },
  };
}

type Add = (kind: SpanKind, name: string, at: number, result?: string) => void;

/** Returns the host with the duration of its programs, requests and pauses passed to `add`. */
function timedHost(inner: Host, add: Add): Host {
  const fetched = (ask: (request: Request) => Promise<Response>) => async (request: Request) => {
    const at = inner.now();
    const name = `${request.method ?? 'GET'} ${shownUrl(request.url)}`;
    try {
      const answer = await ask(request);
      add('request', name, at, String(answer.status));
      return answer;
    } catch (error) {
      add('request', name, at, codeOf(error));
      throw error;
    }
  };
  async function timed<T>(kind: SpanKind, name: () => string, work: () => Promise<T>): Promise<T> {
    const at = inner.now();
    try {
      return await work();
    } finally {
      if (inner.now() - at >= noticedMs) add(kind, name(), at);
    }
  }
  return {
    ...inner,
    http: fetched((request) => inner.http(request)),
    send: fetched((request) => inner.send(request)),
    run: (argv, options) =>
      timed(
        'program',
        () => programName(argv),
        () => inner.run(argv, options),
      ),
    query: (argv, options) =>
      timed(
        'program',
        () => programName(argv),
        () => inner.query(argv, options),
      ),
    sleep: (ms) =>
      timed(
        'wait',
        () => 'pause before the next attempt',
        () => inner.sleep(ms),
      ),
  };
}

/** Returns the code of the cause, such as ECONNREFUSED: the problem around it has the same code for every cause. */
function codeOf(error: unknown): string {
  const cause = error instanceof Problem && error.cause ? error.cause : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'failed';
}

/** Returns the start of a name that is too long to keep: a cut anywhere else could be within a secret. */
const firstWord = (name: string): string => `${name.slice(0, Math.max(name.indexOf(' '), 0))} ...`;

/** Names are cut after secrets are hidden: what is left of a cut secret would not be recognized. */
const withShortName = (span: Span): Span => ({ ...span, name: span.name.slice(0, mostChars) });

/** Returns a command line, with the name of its program in place of the path. */
const programName = ([program = '', ...rest]: readonly string[]): string =>
  [program.slice(program.lastIndexOf('/') + 1), ...rest].join(' ');

/** Returns the spans in the order of their beginning; of too many, the shortest are left out. */
function longest(spans: readonly Span[]): readonly Span[] {
  const kept =
    spans.length > mostSpans ? [...spans].sort((a, b) => importance(b) - importance(a)).slice(0, mostSpans) : spans;
  return [...kept].sort((a, b) => a.at - b.at || b.ms - a.ms);
}

const importance = ({ kind, ms }: Span): number => (kind === 'stage' ? Number.POSITIVE_INFINITY : ms);

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
