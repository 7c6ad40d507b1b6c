import { type BootTimeline, shownKind, unitOf } from './model.ts';
import { spanKinds } from './record.ts';

/** Returns a boot as Chrome trace events, which ui.perfetto.dev and chrome://tracing show. */
export function perfettoOf({ boot, instance, runs, spans, units }: BootTimeline): object {
  const tracks = ['unit', ...spanKinds, 'packages', 'systemd'];
  const thread = (kind: string): number => tracks.indexOf(kind) + 1;
  const event = (
    kind: string,
    name: string,
    { at, ms }: { readonly at: number; readonly ms: number },
    args: object,
  ) => ({
    ph: 'X',
    cat: kind,
    name,
    pid: 1,
    tid: thread(kind),
    ts: Math.round(at * 1000),
    dur: Math.max(1, Math.round(ms * 1000)),
    args,
  });
  return {
    displayTimeUnit: 'ms',
    otherData: { boot, ...(instance !== undefined && { instance }) },
    traceEvents: [
      { ph: 'M', name: 'process_name', pid: 1, args: { name: 'bootagent' } },
      ...tracks.map((name) => ({ ph: 'M', name: 'thread_name', pid: 1, tid: thread(name), args: { name } })),
      ...runs.map((run) => event('unit', unitOf(run.stages), run, { state: run.state })),
      ...units.map((unit) => event('systemd', unit.name, unit, {})),
      ...spans.map((span) => {
        const { stage, module, result } = span;
        return event(shownKind(span), span.name, span, { stage, module, result });
      }),
    ],
  };
}
