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
  /** Returns the record of the run, which ends now. */
  ended(of: Pick<RunRecord, 'boot' | 'agent' | 'stages' | 'state'>): RunRecord;
}

/** Shorter programs are not recorded, and of all spans only the longest. */
const noticedMs = 10;
const mostSpans = 400;
const mostChars = 160;

/** `startedMs`: how long ago this process started. */
export function bootRecorder(inner: Host, startedMs: number): BootRecorder {
  const began = inner.now();
  const clock = inner.clock();
  const spans: Span[] = [];
  let instance: string | undefined;
  let stage: { readonly name: string; readonly at: number } | undefined;
  let module: { readonly name: string; readonly at: number } | undefined;

  function add(kind: SpanKind, name: string, at: number, result?: string): void {
    const own = module && kind !== 'module' && kind !== 'stage';
    spans.push({
      kind,
      name: name.slice(0, mostChars),
      at: rounded(at),
      ms: rounded(inner.now() - at),
      ...(stage && kind !== 'stage' && { stage: stage.name }),
      ...(own && { module: module?.name ?? '' }),
      ...(result !== undefined && { result }),
    });
  }

  function endStage(): void {
    if (stage) add('stage', stage.name, stage.at);
    stage = undefined;
  }

  function report(event: Event): void {
    switch (event.event) {
      case 'stage-began':
        endStage();
        stage = { name: event.stage, at: inner.now() };
        return;
      case 'instance':
        instance = event.id;
        if (stage && !module) add('identity', event.how, stage.at);
        return;
      case 'module-began':
        module = { name: event.module, at: inner.now() };
        return;
      case 'module-ended':
        if (module) add('module', module.name, module.at, moduleState(event.result));
        module = undefined;
        return;
      case 'script-item': {
        const { code, signal, ms, item, at = `${event.module}[${item - 1}]`, command = '' } = event.report;
        const result = signal ?? (code === 0 ? undefined : `exit ${code}`);
        add('command', `${at} ${command}`.trim(), inner.now() - ms, result);
        return;
      }
      case 'waiting':
        if (event.ended) add('wait', event.what, inner.now() - event.ms);
        return;
      case 'run-ended':
        endStage();
        return;
      default:
        return;
    }
  }

  return {
    host: timedHost(inner, add),
    report,
    ended: (of) => ({
      v: 1,
      ...of,
      ...(instance !== undefined && { instance }),
      clock,
      process: rounded(began - startedMs),
      began: rounded(began),
      ms: rounded(inner.now() - began),
      spans: longest(spans),
    }),
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

const codeOf = (error: unknown): string => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'failed';
};

/** Returns a command line, which is cut where it becomes long: arguments may be a list of packages. */
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
